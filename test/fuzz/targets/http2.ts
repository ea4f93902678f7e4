import { ErrorCode, type Violation } from '../../../proxy-image/http/http2/codec/error-codes.ts';
import type { FrameHeader } from '../../../proxy-image/http/http2/codec/frame.ts';
import { FrameReader, type FrameSink } from '../../../proxy-image/http/http2/codec/frame-reader.ts';
import { parseFrame } from '../../../proxy-image/http/http2/codec/parse-frame.ts';
import { HeaderBlocks, type HeaderBlock } from '../../../proxy-image/http/http2/header-blocks.ts';
import { HpackDecoder } from '../../../proxy-image/http/http2/hpack/decoder.ts';
import {
  makeRequestField,
  REQUEST_FIELDS,
  type RequestField,
} from '../../../proxy-image/http/http2/request-field.ts';
import { RequestFields } from '../../../proxy-image/http/http2/request-fields.ts';
import { valuesOf } from '../../support/http/messages.ts';
import { data, frame, headers, PREFACE, settings, Type, windowUpdate } from '../../support/http2/frames.ts';
import { http2Seeds } from '../seeds.ts';
import { requireSame, requireThat, type Target } from '../target.ts';
import { FORWARDING, requireOneRequest, TRUSTING, forwardedText } from './forwarded.ts';

const LIMIT = 4_096;

/** What a client sends behind the preface: frames, and the requests in them. */
export const http2: Target = {
  name: 'http2',
  dictionary: [
    headers(1),
    headers(3, [], 5),
    data(1, 'hello', 1),
    settings([4, 65_535]),
    windowUpdate(0, 1),
    frame(Type.Continuation, 4, 1, '\x82'),
    Buffer.from('\0\x09localhost'),
    Buffer.from('\0\x0econtent-length\x015'),
    Buffer.from('\0\x11transfer-encoding\x07chunked'),
    Buffer.from('\0\x06cookie\x03a=b'),
    Buffer.from('\x82\x84\x87\x41\x01a'),
  ].map((bytes) => bytes.toString('latin1')),
  seeds: http2Seeds,
  check: (parts) => {
    const input = Buffer.concat(parts);
    const events = readAll(parts);
    requireSame('in one part and in several', readAll([input]), events);
    return [...new Set(events.map((event) => event.slice(0, 20)))].slice(0, 8).join();
  },
};

/** What a connection's bytes say, as far as the first violation of the whole connection. */
function readAll(parts: readonly Buffer[]): readonly string[] {
  const sink = new Sink();
  const reader = new FrameReader(sink);
  for (const part of [PREFACE, ...parts]) {
    const violation = reader.read(part);
    if (violation !== null) {
      return [...sink.events, describe(violation)];
    }
    if (sink.ended) {
      break;
    }
  }
  return [...sink.events, sink.ended ? 'ended' : reader.unfinished];
}

class Sink implements FrameSink {
  readonly events: string[] = [];
  ended = false;
  readonly #blocks = new HeaderBlocks();
  readonly #decoder = new HpackDecoder<RequestField>(makeRequestField, REQUEST_FIELDS, LIMIT);
  readonly #fields = new RequestFields();

  frame(header: FrameHeader, payload: Buffer): boolean {
    const parsed = parseFrame(header, payload);
    if ('scope' in parsed) {
      return this.#violated(parsed);
    }
    this.events.push(parsed.kind);
    if (parsed.kind === 'Headers' || parsed.kind === 'Continuation') {
      const block =
        parsed.kind === 'Headers' ? this.#blocks.start(parsed) : this.#blocks.proceed(parsed, LIMIT);
      return block === null || ('scope' in block ? this.#violated(block) : this.#block(block));
    }
    return true;
  }

  #violated(violation: Violation): boolean {
    this.events.push(describe(violation));
    this.ended ||= violation.scope === 'Connection';
    return !this.ended;
  }

  #block({ fragment, endStream }: HeaderBlock): boolean {
    const fields: RequestField[] = [];
    this.#fields.begin(LIMIT);
    const sound = this.#decoder.decode(fragment, (field) => {
      fields.push(field);
      this.#fields.take(field);
    });
    if (!sound) {
      return this.#violated({ scope: 'Connection', code: ErrorCode.CompressionError, reason: 'block' });
    }
    const trailers = this.#fields.trailers();
    const verdict = this.#fields.request(endStream);
    this.events.push(`${verdict.kind} ${String(trailers)}`);
    if (verdict.kind === 'Request') {
      this.#forward(fields);
    }
    return true;
  }

  /** What is made of the fields is one request of HTTP/1.1, and says what they say. */
  #forward(fields: readonly RequestField[]): void {
    const { head, bytes } = this.#fields;
    const text = forwardedText(head, bytes, FORWARDING);
    this.events.push(text);
    if (head.bodyLength > LIMIT) {
      return;
    }
    const request = requireOneRequest(text, head.bodyLength);
    requireOneRequest(forwardedText(head, bytes, TRUSTING), head.bodyLength);
    const value = (name: string): string | undefined => fields.find((field) => field.name === name)?.value;
    requireSame(
      'the fields and the request',
      [value(':method'), value(':path'), value(':authority') ?? value('host')],
      [request.method, request.target, valuesOf(request.fields, 'host')[0]],
    );
    const known = new Set([...fields.map(({ name }) => name), 'host', 'content-length', 'transfer-encoding']);
    for (const [name] of request.fields) {
      const lower = name.toLowerCase();
      requireThat(known.has(lower) || lower.startsWith('x-forwarded-'), () => `nobody has sent ${name}`);
    }
  }
}

function describe({ scope, code }: Violation): string {
  return `${scope} error ${code}`;
}
