/** Frames as a peer that need not keep to the rules sends them (RFC 9113 section 4.1). */

export const Type = {
  Data: 0,
  Headers: 1,
  Priority: 2,
  Reset: 3,
  Settings: 4,
  PushPromise: 5,
  Ping: 6,
  GoAway: 7,
  WindowUpdate: 8,
  Continuation: 9,
} as const;

export const Flags = { None: 0, EndStream: 1, Ack: 1, EndHeaders: 4, Padded: 8, Priority: 32 } as const;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A list of fields, in the order in which they are sent. */
export type Fields = readonly (readonly [name: string, value: string])[];

export const GET: Fields = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', 'twc.example.com'],
  [':path', '/a'],
];

export const POST: Fields = [[':method', 'POST'], ...GET.slice(1)];

/** Any frame; what is in it is up to the caller. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer | string = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, bytes]);
}

/** A header block of literals that are not remembered, with names as they are given. */
export function block(fields: Fields): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

export function headers(
  streamId: number,
  fields: Fields = GET,
  flags: number = Flags.EndHeaders | Flags.EndStream,
): Buffer {
  return frame(Type.Headers, flags, streamId, block(fields));
}

export function data(streamId: number, payload: Buffer | string, flags: number = Flags.None): Buffer {
  return frame(Type.Data, flags, streamId, payload);
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  for (const [index, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(Type.Settings, Flags.None, 0, payload);
}

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(Type.WindowUpdate, Flags.None, streamId, word(increment));
}

export function reset(streamId: number, code = 8): Buffer {
  return frame(Type.Reset, Flags.None, streamId, word(code));
}

export function ping(payload = '12345678', flags: number = Flags.None): Buffer {
  return frame(Type.Ping, flags, 0, payload);
}

export function priority(streamId: number, dependency: number): Buffer {
  return frame(Type.Priority, Flags.None, streamId, Buffer.concat([word(dependency), Buffer.from([15])]));
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** RFC 7541 section 5.2, without Huffman code. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length), bytes]);
}

function integer(value: number): Buffer {
  if (value < 127) {
    return Buffer.from([value]);
  }
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + 128);
  }
  return Buffer.from([...bytes, rest]);
}
