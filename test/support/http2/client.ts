import { HpackDecoder, staticFields } from '../../../proxy-image/http/http2/hpack/decoder.ts';
import { connectRaw, type RawClient } from '../http/raw-client.ts';
import { frame, Flags, PREFACE, settings, Type, type Fields } from './frames.ts';

/** A frame that was received. */
export interface Received {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A response as far as it has come. */
export interface Http2Response {
  readonly status: number;
  readonly fields: Fields;
  /** Statuses of the interim responses before it. */
  readonly interim: readonly number[];
  /** Latin-1. */
  readonly body: string;
  readonly ended: boolean;
  /** The code of RST_STREAM; null without one. */
  readonly reset: number | null;
}

/** An HTTP/2 client that sends whatever bytes it is told to. */
export interface Http2Client {
  readonly raw: RawClient;
  send(...frames: readonly Buffer[]): Promise<void>;
  /** Everything that has come so far. */
  frames(): readonly Received[];
  /** Resolves with the first frame that fulfils the condition; rejects when the connection ends before. */
  frame(condition: (frame: Received) => boolean): Promise<Received>;
  /** Resolves when the stream has ended or has been reset. */
  response(streamId: number): Promise<Http2Response>;
  /** What there is of a response. */
  soFar(streamId: number): Http2Response;
  /** Resolves when the connection is closed, with the code of the last GOAWAY; null without one. */
  goneAway(): Promise<number | null>;
}

export interface ClientOptions {
  /** Payload of the first SETTINGS frame. */
  readonly settings?: readonly (readonly [id: number, value: number])[];
  /** False: neither preface nor settings are sent. */
  readonly greets?: boolean;
}

/** Connects and, unless told otherwise, has exchanged settings when it resolves. */
export async function connectHttp2(port: number, options: ClientOptions = {}): Promise<Http2Client> {
  return speakHttp2(await connectRaw(port), options);
}

/** The same on a connection that is there already. */
export async function speakHttp2(raw: RawClient, options: ClientOptions = {}): Promise<Http2Client> {
  const client = new ScriptedClient(raw);
  if (options.greets !== false) {
    await client.send(PREFACE, settings(...(options.settings ?? [])));
    await client.frame(({ type, flags }) => type === Type.Settings && flags === Flags.Ack);
    await client.send(frame(Type.Settings, Flags.Ack, 0));
  }
  return client;
}

class ScriptedClient implements Http2Client {
  readonly raw: RawClient;

  constructor(raw: RawClient) {
    this.raw = raw;
  }

  async send(...frames: readonly Buffer[]): Promise<void> {
    await this.raw.send(Buffer.concat(frames));
  }

  frames(): readonly Received[] {
    return parse(Buffer.from(this.raw.received(), 'latin1'));
  }

  async frame(condition: (frame: Received) => boolean): Promise<Received> {
    await this.raw.until(() => this.frames().some(condition));
    const found = this.frames().find(condition);
    if (found === undefined) {
      throw new Error('the frame has vanished');
    }
    return found;
  }

  async response(streamId: number): Promise<Http2Response> {
    await this.raw.until(() => {
      const { ended, reset } = this.soFar(streamId);
      return ended || reset !== null;
    });
    return this.soFar(streamId);
  }

  soFar(streamId: number): Http2Response {
    return readResponse(this.frames(), streamId);
  }

  async goneAway(): Promise<number | null> {
    await this.raw.closed();
    const last = this.frames().findLast(({ type }) => type === Type.GoAway);
    return last === undefined ? null : last.payload.readUInt32BE(4);
  }
}

function parse(bytes: Buffer): readonly Received[] {
  const frames: Received[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) {
      break;
    }
    frames.push({
      type: bytes[at + 3] ?? 0,
      flags: bytes[at + 4] ?? 0,
      streamId: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}

const make = (name: string, value: string) => ({ name, value, size: name.length + value.length + 32 });
const STATIC = staticFields(make);

function readResponse(frames: readonly Received[], streamId: number): Http2Response {
  const heads = readHeads(frames)
    .filter((head) => head.streamId === streamId)
    .map(({ fields }) => fields);
  const statuses = heads.map((fields) => Number(fields.find(([name]) => name === ':status')?.[1]));
  const final = statuses.findIndex((status) => status >= 200);
  const own = frames.filter((received) => received.streamId === streamId);
  const content = own.filter(({ type }) => type === Type.Data);
  const ends = own.filter(({ type }) => type === Type.Data || type === Type.Headers);
  const resetFrame = own.find(({ type }) => type === Type.Reset);
  return {
    status: statuses[final] ?? 0,
    fields: heads[final] ?? [],
    interim: statuses.filter((status) => status < 200),
    body: Buffer.concat(content.map(({ payload }) => payload)).toString('latin1'),
    ended: ends.some(({ flags }) => (flags & Flags.EndStream) !== 0),
    reset: resetFrame?.payload.readUInt32BE(0) ?? null,
  };
}

interface Head {
  readonly streamId: number;
  readonly fields: Fields;
}

/** All header blocks, as one decoder reads them in their order. */
function readHeads(frames: readonly Received[]): readonly Head[] {
  const decoder = new HpackDecoder(make, STATIC, 4_096);
  const heads: Head[] = [];
  let fragments: Buffer[] = [];
  for (const { type, flags, streamId, payload } of frames) {
    if (type !== Type.Headers && type !== Type.Continuation) {
      continue;
    }
    fragments.push(payload);
    if ((flags & Flags.EndHeaders) !== 0) {
      heads.push({ streamId, fields: decode(decoder, Buffer.concat(fragments)) });
      fragments = [];
    }
  }
  return heads;
}

function decode(decoder: HpackDecoder<ReturnType<typeof make>>, bytes: Buffer): Fields {
  const fields: (readonly [string, string])[] = [];
  if (!decoder.decode(bytes, ({ name, value }) => fields.push([name, value]))) {
    throw new Error('a header block cannot be decoded');
  }
  return fields;
}
