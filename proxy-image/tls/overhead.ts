import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { NO_SEAT, Roster } from '../tcp/roster.ts';
import type { Seated } from '../tcp/roster.ts';

/** How often connections are looked at. Milliseconds. */
const INTERVAL = 1000;
/** Bytes without data that a client may send in that time. */
const ALLOWED = 32 * 2 ** 10;
/** So many bytes for each byte of data are more than any way to send it needs: a record adds 22 to 29 to what is in it. */
const MOST_PER_BYTE = 64;

interface Watched extends Seated {
  /** What has come over the network, and what of it was data. Bytes. */
  readonly transport: Pick<Socket, 'bytesRead'>;
  readonly socket: Pick<TLSSocket, 'bytesRead'>;
  readonly flooded: () => void;
  received: number;
  data: number;
}

/**
 * Notices clients that send nearly nothing but messages of TLS itself once their handshake is done: key updates, or attempts to renegotiate.
 * Each costs OpenSSL far more than the client, and is answered into memory that nothing bounds when the client does not read. OpenSSL itself
 * counts only empty records and warnings.
 */
export class OverheadWatch {
  readonly #watched = new Roster<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** Calls `flooded` at most once; returns what ends the watch. */
  add(transport: Watched['transport'], socket: Watched['socket'], flooded: () => void): () => void {
    const watched: Watched = {
      seat: NO_SEAT,
      transport,
      socket,
      flooded,
      received: transport.bytesRead,
      data: socket.bytesRead,
    };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.look(), INTERVAL).unref();
    return () => this.#forget(watched);
  }

  /** Looks at all connections; is done every second while there are any. */
  look(): void {
    for (const watched of this.#watched.snapshot()) {
      const { transport, socket, received, data, flooded } = watched;
      watched.received = transport.bytesRead;
      watched.data = socket.bytesRead;
      const added = watched.received - received;
      if (added > ALLOWED && added > MOST_PER_BYTE * (watched.data - data)) {
        this.#forget(watched);
        flooded();
      }
    }
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }
}
