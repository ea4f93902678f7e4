import type { ParsedRequest } from '../../support/http/messages.ts';
import { block, data, Flags, frame, Type, type Fields } from '../../support/http2/frames.ts';
import type { Expectation, Verdict } from '../verdict.ts';

/** One request as frames say it, whether or not they may. */
export interface Http2Request {
  readonly fields: Fields;
  /** Payloads of DATA frames, Latin-1. */
  readonly data: readonly string[];
  /** Fields of a second header block; null for none. */
  readonly trailers: Fields | null;
  /** False when END_STREAM is missing. */
  readonly ends: boolean;
}

/** One HTTP/2 request, or several on streams of one connection. */
export interface Http2Case extends Verdict {
  readonly requests: readonly Http2Request[];
}

/** The largest payload of a frame (RFC 9113 section 4.2). */
export const MAX_PAYLOAD = 16_384;

/** The stream of the request with this index. */
export function streamOf(index: number): number {
  return 1 + 2 * index;
}

export function framesOf({ requests }: Http2Case): readonly Buffer[] {
  return requests.flatMap((request, index) => requestFrames(streamOf(index), request));
}

function requestFrames(stream: number, request: Http2Request): readonly Buffer[] {
  const { fields, data: payloads, trailers, ends } = request;
  const last = payloads.length - 1 + (trailers === null ? 0 : 1);
  const flag = (index: number): number => (ends && index === last ? Flags.EndStream : Flags.None);
  return [
    ...blockFrames(stream, fields, flag(-1)),
    ...payloads.map((payload, index) => data(stream, payload, flag(index))),
    ...(trailers === null ? [] : blockFrames(stream, trailers, flag(payloads.length))),
  ];
}

/** HEADERS, with as many CONTINUATION frames as the block needs (RFC 9113 section 4.2). */
function blockFrames(stream: number, fields: Fields, flags: number): readonly Buffer[] {
  const bytes = block(fields);
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_PAYLOAD) {
    const last = at + MAX_PAYLOAD >= bytes.length ? Flags.EndHeaders : Flags.None;
    const [type, own] = at === 0 ? [Type.Headers, flags] : [Type.Continuation, Flags.None];
    frames.push(frame(type, own | last, stream, bytes.subarray(at, at + MAX_PAYLOAD)));
  }
  return frames;
}

export function expectationOf(testCase: Http2Case): Expectation {
  const sent = testCase.must === 'accept' ? testCase.requests.map(asHttp1) : [];
  return { ...testCase, sent, ordered: false };
}

/** What RFC 9113 section 8.3.1 says a gateway makes of it: Host from :authority, and the cookies in one line (section 8.2.3). */
function asHttp1({ fields, data: payloads }: Http2Request): ParsedRequest {
  const first = (name: string): string | undefined => fields.find(([other]) => other === name)?.[1];
  const cookies = fields.filter(([name]) => name === 'cookie').map(([, value]) => value);
  const cookie = cookies.filter((value) => value !== '').join('; ');
  const regular = fields.filter(([name]) => !name.startsWith(':') && name !== 'cookie' && name !== 'host');
  return {
    method: first(':method') ?? '',
    target: first(':path') ?? '',
    version: 'HTTP/1.1',
    fields: [
      ['host', first(':authority') ?? first('host') ?? ''],
      ...regular,
      ...(cookies.length === 0 ? [] : [['cookie', cookie] as const]),
    ],
    body: payloads.join(''),
    trailers: [],
  };
}
