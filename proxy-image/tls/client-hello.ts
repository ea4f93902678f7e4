/** TLS record: type, legacy version and length (RFC 8446 section 5.1). */
const RECORD_HEAD = 5;
const HANDSHAKE_RECORD = 22;
const MAX_FRAGMENT = 2 ** 14;
/** Handshake message: type and length (RFC 8446 section 4). */
const MESSAGE_HEAD = 4;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Of the message; hellos of today have up to some 2 KiB with post-quantum key shares. */
const MAX_MESSAGE = 64 * 1024;
/** Of the bytes before the hello ends; records of one byte each would take six times the message. */
const MAX_BYTES = 2 * MAX_MESSAGE;

/** What a client says at the beginning of TLS; `serverName` is in lower case, null where it asks for none. */
export type Hello =
  | { readonly state: 'Complete'; readonly serverName: string | null }
  | { readonly state: 'Malformed'; readonly reason: string };

export type HelloReading = Hello | { readonly state: 'Incomplete' };

const INCOMPLETE: HelloReading = { state: 'Incomplete' };

/**
 * Reads a ClientHello as far as it takes to know the server name (RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3): cut anywhere,
 * and spread over any number of records. What has been looked at is not looked at again.
 */
export class ClientHelloReader {
  /** The part of the message that has come; its first four bytes tell its length. */
  #message = Buffer.alloc(512);
  #length = 0;
  /** Offset of the next byte that has not been looked at, and how many bytes of its record are still to come. */
  #offset = 0;
  #left = 0;

  /** `bytes` are all that have come since the beginning of the connection. */
  read(bytes: Buffer): HelloReading {
    for (;;) {
      if (this.#left === 0) {
        const problem = this.#readRecordHead(bytes);
        if (problem !== null) {
          return problem;
        }
      }
      const end = Math.min(this.#offset + this.#left, bytes.length);
      this.#append(bytes.subarray(this.#offset, end));
      this.#left -= end - this.#offset;
      this.#offset = end;
      const reading = this.#readMessage();
      if (reading.state !== 'Incomplete' || end === bytes.length) {
        return reading;
      }
    }
  }

  /** Null when a fragment follows. */
  #readRecordHead(bytes: Buffer): HelloReading | null {
    const available = bytes.length - this.#offset;
    if (available > 0 && bytes[this.#offset] !== HANDSHAKE_RECORD) {
      return malformed('it does not begin with a TLS handshake');
    }
    // The version is 3 and a minor one that says nothing.
    if (available > 1 && bytes[this.#offset + 1] !== 3) {
      return malformed('its record has an unknown version');
    }
    if (available < RECORD_HEAD) {
      return INCOMPLETE;
    }
    const length = bytes.readUInt16BE(this.#offset + 3);
    if (length === 0 || length > MAX_FRAGMENT) {
      return malformed(`its record has a length of ${length}`);
    }
    if (this.#offset > MAX_BYTES) {
      return malformed(`it takes more than ${MAX_BYTES} bytes`);
    }
    this.#offset += RECORD_HEAD;
    this.#left = length;
    return null;
  }

  #append(fragment: Buffer): void {
    const length = this.#length + fragment.length;
    if (length > this.#message.length) {
      const grown = Buffer.alloc(2 * length);
      this.#message.copy(grown, 0, 0, this.#length);
      this.#message = grown;
    }
    fragment.copy(this.#message, this.#length);
    this.#length = length;
  }

  #readMessage(): HelloReading {
    if (this.#length > 0 && this.#message[0] !== CLIENT_HELLO) {
      return malformed('its first message is no ClientHello');
    }
    if (this.#length < MESSAGE_HEAD) {
      return INCOMPLETE;
    }
    const end = MESSAGE_HEAD + this.#message.readUIntBE(1, 3);
    if (end > MAX_MESSAGE) {
      return malformed(`it is ${end} bytes long; at most ${MAX_MESSAGE} are read`);
    }
    return this.#length < end ? INCOMPLETE : readHello(this.#message.subarray(MESSAGE_HEAD, end));
  }
}

function readHello(hello: Buffer): HelloReading {
  const cursor = new Cursor(hello);
  // legacy_version and random; legacy_session_id; cipher_suites; legacy_compression_methods
  cursor.skip(2 + 32);
  const sessionId = cursor.vector(1);
  const ciphers = cursor.vector(2);
  const compression = cursor.vector(1);
  if (
    cursor.failed ||
    sessionId.length > 32 ||
    ciphers.length < 2 ||
    ciphers.length % 2 === 1 ||
    compression.length === 0
  ) {
    return malformed('its fields do not fit together');
  }
  // TLS 1.2 knows hellos without extensions.
  if (cursor.atEnd) {
    return { state: 'Complete', serverName: null };
  }
  const extensions = new Cursor(cursor.vector(2));
  return cursor.failed || !cursor.atEnd
    ? malformed('its extensions do not fill it')
    : readExtensions(extensions);
}

function readExtensions(extensions: Cursor): HelloReading {
  const seen = new Set<number>();
  let serverName: string | null = null;
  while (!extensions.atEnd) {
    const type = extensions.integer(2);
    const value = extensions.vector(2);
    // RFC 8446 section 4.2: no extension stands there twice.
    if (extensions.failed || seen.has(type)) {
      return malformed('its extensions are damaged, or one is there twice');
    }
    seen.add(type);
    if (type === SERVER_NAME) {
      serverName = readServerName(value);
      if (serverName === null) {
        return malformed('its server name is damaged');
      }
    }
  }
  return { state: 'Complete', serverName };
}

/** RFC 6066 section 3: a list with one host name in ASCII. Null when it is damaged. */
function readServerName(value: Buffer): string | null {
  const cursor = new Cursor(value);
  const list = new Cursor(cursor.vector(2));
  const type = list.integer(1);
  const name = list.vector(2);
  const damaged = cursor.failed || !cursor.atEnd || list.failed || !list.atEnd || type !== HOST_NAME;
  return damaged || !/^[!-~]+$/.test(name.toString('latin1')) ? null : name.toString('latin1').toLowerCase();
}

/** Reads fields one after the other; what reaches beyond the end is empty, and `failed` says so from then on. */
class Cursor {
  readonly #bytes: Buffer;
  #offset = 0;
  failed = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  skip(count: number): void {
    this.#take(count);
  }

  integer(size: 1 | 2): number {
    const bytes = this.#take(size);
    return bytes.length === 0 ? 0 : bytes.readUIntBE(0, size);
  }

  /** A vector, whose length stands before it in so many bytes. */
  vector(lengthSize: 1 | 2): Buffer {
    return this.#take(this.integer(lengthSize));
  }

  #take(count: number): Buffer {
    const end = this.#offset + count;
    if (this.failed || end > this.#bytes.length) {
      this.failed = true;
      return Buffer.alloc(0);
    }
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

function malformed(reason: string): HelloReading {
  return { state: 'Malformed', reason };
}
