import { createCipheriv, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { connectTcp } from '../tcp.ts';

/** Content types of records (RFC 8446 section 5.1). */
export const CONTENT = { alert: 21, handshake: 22, data: 23 } as const;

/** A client of TLS 1.3 that has done its handshake, and from then on sends records of every kind. */
export interface RecordClient {
  /** Underneath. Nothing is read from it any more. */
  readonly socket: Socket;
  /** Seals a record, as the next one that is sent. */
  seal(type: number, content: Buffer): Buffer;
  /** Seals a KeyUpdate (RFC 8446 section 4.6.3); what comes after it has the next key. */
  sealKeyUpdate(isAnswered: boolean): Buffer;
}

/** Connects, and does the handshake by Node's own client. */
export async function connectRecords(port: number, servername: string): Promise<RecordClient> {
  const socket = await connectTcp(port);
  const node = tls.connect({
    socket: through(socket),
    servername,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
    ALPNProtocols: ['http/1.1'],
  });
  const secret = new Promise<Buffer>((resolve) => {
    node.on('keylog', (line: Buffer) => {
      const [, hex] = /^CLIENT_TRAFFIC_SECRET_0 \S+ ([0-9a-f]+)/.exec(line.toString('latin1')) ?? [];
      if (hex !== undefined) {
        resolve(Buffer.from(hex, 'hex'));
      }
    });
  });
  node.on('error', () => undefined);
  await once(node, 'secureConnect');
  return new Sealer(socket, await secret);
}

/** The first bytes of a handshake: a ClientHello that a server takes. */
export async function clientHello(servername: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      resolve(chunk);
      done();
    },
  });
  const node = tls.connect({ socket: stream, servername, rejectUnauthorized: false });
  node.on('error', () => undefined);
  const hello = await promise;
  node.destroy();
  return hello;
}

/** Stands between Node's client and a connection, which thereby stays ours. */
function through(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(chunk);
      done();
    },
  });
  socket.on('data', (chunk: Buffer) => stream.push(chunk));
  return stream;
}

class Sealer implements RecordClient {
  readonly socket: Socket;
  #secret: Buffer;
  #key: Buffer;
  #iv: Buffer;
  #sent = 0n;

  constructor(socket: Socket, secret: Buffer) {
    this.socket = socket;
    this.#secret = secret;
    this.#key = expand(secret, 'key', 16);
    this.#iv = expand(secret, 'iv', 12);
  }

  seal(type: number, content: Buffer): Buffer {
    const nonce = Buffer.from(this.#iv);
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#sent, 4);
    this.#sent += 1n;
    const header = Buffer.of(CONTENT.data, 3, 3, 0, 0);
    header.writeUInt16BE(content.length + 1 + 16, 3);
    const cipher = createCipheriv('aes-128-gcm', this.#key, nonce).setAAD(header);
    const sealed = cipher.update(Buffer.concat([content, Buffer.of(type)]));
    return Buffer.concat([header, sealed, cipher.final(), cipher.getAuthTag()]);
  }

  sealKeyUpdate(isAnswered: boolean): Buffer {
    const record = this.seal(CONTENT.handshake, Buffer.of(24, 0, 0, 1, isAnswered ? 1 : 0));
    this.#secret = expand(this.#secret, 'traffic upd', 32);
    this.#key = expand(this.#secret, 'key', 16);
    this.#iv = expand(this.#secret, 'iv', 12);
    this.#sent = 0n;
    return record;
  }
}

/** HKDF-Expand-Label with SHA-256 and no context, at most 32 bytes (RFC 8446 section 7.1). */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0)]);
  return createHmac('sha256', secret)
    .update(Buffer.concat([info, Buffer.of(1)]))
    .digest()
    .subarray(0, length);
}
