import { bodyDecoder, type BodyDecoder } from '../../../proxy-image/http/http1/body.ts';
import { InputBuffer } from '../../../proxy-image/http/http1/buffer.ts';
import { RequestHead } from '../../../proxy-image/http/http1/request-head.ts';
import { http1Seeds } from '../seeds.ts';
import { requireSame, requireThat, type Target } from '../target.ts';
import { FORWARDING, requireFaithful, requireOneRequest, TRUSTING, forwardedText } from './forwarded.ts';

/** What became of the bytes of one client. */
interface Reading {
  /** Each request as it is passed on: head, and body as far as it came. */
  readonly forwarded: readonly string[];
  /** Bytes that belong to those requests. */
  readonly consumed: readonly number[];
  /** How reading ended: the fault of the request behind them, `Incomplete`, or `Head` when nothing is left. */
  readonly end: string;
}

const LIMIT = 4_096;
const BODY_LIMIT = 65_536;

/** Requests of one HTTP/1.1 connection, one behind the other, read and passed on as `Http1Connection` does it. */
export const requests: Target = {
  name: 'requests',
  dictionary: [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    'Host: a\r\n',
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
    'Connection: ',
    'X-Forwarded-For: ',
    'Forwarded: for=192.0.2.1;host="a"',
    'Expect: 100-continue\r\n',
    'Upgrade: websocket\r\n',
    'Max-Forwards: 0\r\n',
    'http://a',
    ' HTTP/1.0',
    '\r\n',
    '\r\n\r\n',
    '0\r\n\r\n',
    '5\r\nhello\r\n',
    ';a="b"',
    ', ',
    ': ',
    '%2e%2e',
    '//',
    '*',
  ],
  seeds: http1Seeds,
  check: (parts) => {
    const input = Buffer.concat(parts);
    const reading = new RequestReader().readAll(parts);
    requireSame('in one part and in several', new RequestReader().readAll([Buffer.from(input)]), reading);
    let at = 0;
    for (const [index, text] of reading.forwarded.entries()) {
      const length = reading.consumed[index] ?? 0;
      requireFaithful(text, input.toString('latin1', at, at + length));
      at += length;
    }
    requireThat(at <= input.length, () => 'more was consumed than was there');
    return [reading.end, ...reading.forwarded.map(shapeOf)].join();
  },
};

class RequestReader {
  readonly #input = new InputBuffer();
  readonly #head = new RequestHead();
  readonly #forwarded: string[] = [];
  readonly #consumed: number[] = [];
  #decoder: BodyDecoder | null = null;
  /** Of the request that is being read: what has been passed on, and what it took. */
  #text = '';
  #length = 0;
  #end: string | null = null;

  readAll(parts: readonly Buffer[]): Reading {
    for (const part of parts) {
      this.#take(part);
    }
    const left = this.#input.length > 0 || this.#decoder !== null;
    return {
      forwarded: this.#forwarded,
      consumed: this.#consumed,
      end: this.#end ?? (left ? 'Incomplete' : 'Head'),
    };
  }

  #take(part: Buffer): void {
    if (this.#end !== null) {
      return;
    }
    if (this.#decoder !== null) {
      this.#readBody(this.#decoder, part, 0);
      return;
    }
    this.#input.append(part);
    this.#readHeads();
  }

  #readHeads(): void {
    while (this.#end === null && this.#decoder === null && this.#input.length > 0) {
      const bytes = this.#input.view();
      const before = this.#head.end;
      const outcome = this.#head.read(bytes, LIMIT);
      if (outcome === 'Incomplete') {
        requireThat(bytes.length <= LIMIT, () => 'a head beyond the limit is waited for');
        return;
      }
      if (outcome !== 'Complete') {
        this.#end = outcome;
        return;
      }
      requireThat(
        this.#head.end > 0 && this.#head.end <= bytes.length,
        () => `a head ends at ${this.#head.end}, before ${before}`,
      );
      this.#begin(Buffer.from(bytes));
    }
  }

  #begin(bytes: Buffer): void {
    const { end, bodyLength } = this.#head;
    this.#text = forwardedText(this.#head, bytes, FORWARDING);
    this.#length = end;
    if (bodyLength < LIMIT) {
      requireOneRequest(forwardedText(this.#head, bytes, TRUSTING), bodyLength);
    }
    this.#input.clear();
    this.#readBody(bodyDecoder(bodyLength, 'Chunks', BODY_LIMIT), bytes, end);
  }

  #readBody(decoder: BodyDecoder, bytes: Buffer, start: number): void {
    this.#decoder = decoder;
    const consumed = decoder.read(bytes, start);
    requireThat(consumed >= start && consumed <= bytes.length, () => 'a body is read beyond its bytes');
    this.#text += decoder.pieces.gather(bytes).toString('latin1');
    this.#length += consumed - start;
    if (decoder.fault !== null) {
      this.#end = decoder.fault;
      return;
    }
    if (decoder.done) {
      this.#forwarded.push(this.#text);
      this.#consumed.push(this.#length);
      this.#decoder = null;
      this.#head.begin();
      this.#input.append(bytes.subarray(consumed));
      this.#readHeads();
      return;
    }
    requireThat(consumed === bytes.length, () => 'a body that is not complete leaves bytes unread');
  }
}

/** Which fields a request has, and in what form it goes. */
function shapeOf(text: string): string {
  const names = text
    .slice(0, text.indexOf('\r\n\r\n'))
    .split('\r\n')
    .map((line) => line.split(':')[0] ?? '');
  const known = names
    .slice(1)
    .filter((name) => /^(?:host|content-length|transfer-encoding|upgrade|max-forwards)$/i.test(name));
  return `${text.split(' ')[0]?.length} ${known.toSorted().join(' ').toLowerCase()} ${names.length}`;
}
