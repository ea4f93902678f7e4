import { Writable } from 'node:stream';
import type { Socket } from 'node:net';
import { InputBuffer } from '../../../proxy-image/http/http1/buffer.ts';
import type { BodyDecoder } from '../../../proxy-image/http/http1/body.ts';
import { UNTIL_CLOSE } from '../../../proxy-image/http/http1/framing.ts';
import { RequestHead } from '../../../proxy-image/http/http1/request-head.ts';
import { ResponseWriter } from '../../../proxy-image/http/http1/response-writer.ts';
import { endToEndFields } from '../../conformance/judge.ts';
import { requireSame, requireThat, type Target } from '../target.ts';
import { readResponses, type ParsedResponse } from './response-text.ts';

/** What became of the bytes of a server. */
interface Reading {
  readonly outcome: string;
  /** Bytes that belong to the response. */
  readonly consumed: number;
  /** What the client gets, where it is complete. */
  readonly output: string;
}

interface Client {
  readonly method: 'GET' | 'HEAD';
  readonly minor: 0 | 1;
}

const CLIENTS: readonly Client[] = [
  { method: 'GET', minor: 1 },
  { method: 'GET', minor: 0 },
  { method: 'HEAD', minor: 1 },
];

/** Responses of a server, read and passed on as an exchange does it. */
export const responses: Target = {
  name: 'responses',
  dictionary: [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.0 200 OK\r\n',
    'HTTP/1.1 204 No Content\r\n',
    'HTTP/1.1 304 Not Modified\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close, X\r\n',
    'Keep-Alive: timeout=5\r\n',
    'Trailer: X\r\n',
    '\r\n\r\n',
    '0\r\n\r\n',
    '5\r\nhello\r\n',
    'hello',
  ],
  seeds: () =>
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5;a\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end',
      'HTTP/1.1 204\r\nContent-Length: 0\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "a"\r\n\r\nHTTP/1.1 200 OK\r\n',
    ].map((text) => Buffer.from(text, 'latin1')),
  check: (parts) => {
    const input = Buffer.concat(parts);
    const shape: string[] = [];
    for (const client of CLIENTS) {
      const reading = new ResponseReader(client).readAll(parts);
      const whole = new ResponseReader(client).readAll([Buffer.from(input)]);
      requireSame('in one part and in several', { ...whole, output: '' }, { ...reading, output: '' });
      requireThat(reading.consumed <= input.length, () => 'more was consumed than was there');
      if (reading.outcome === 'Complete') {
        const sent = readResponses(input.toString('latin1', 0, reading.consumed), client.method);
        requireSame(
          'what was sent and what is passed on',
          passedOn(reading, client),
          forClient(sent, client),
        );
        requireSame('in one part and in several', passedOn(whole, client), passedOn(reading, client));
        shape.push(sent.map(({ status, fields }) => `${status} ${fields.length}`).join());
      }
      shape.push(reading.outcome);
    }
    return shape.join();
  },
};

/** What the client reads. */
function passedOn({ output }: Reading, { method }: Client): unknown {
  const parsed = readResponses(output, method);
  // RFC 9110 section 8.6, RFC 9112 section 6.1.
  requireThat(
    parsed.every(({ status, framed }) => (status >= 200 && status !== 204) || !framed),
    () => `a length or coding that must not be there: ${JSON.stringify(output)}`,
  );
  return meaning(parsed);
}

/** What a client of this version gets to know: of 100 nothing, and in HTTP/1.0 of no interim response. */
function forClient(sent: readonly ParsedResponse[], { minor }: Client): unknown {
  return meaning(sent.filter(({ status }) => status >= 200 || (minor === 1 && status !== 100)));
}

function meaning(parsed: readonly ParsedResponse[]): unknown {
  return parsed.map(({ status, fields, body }) => ({ status, fields: endToEndFields(fields), body }));
}

class ResponseReader {
  readonly #input = new InputBuffer();
  readonly #writer: ResponseWriter;
  readonly #method: string;
  #output = '';
  #decoder: BodyDecoder | null = null;
  #consumed = 0;
  #outcome: string | null = null;

  constructor({ method, minor }: Client) {
    const request = new RequestHead();
    request.method = method;
    request.minor = minor;
    this.#method = method;
    // Only what a writer does with a socket is needed of one.
    const socket = new Writable({
      decodeStrings: true,
      write: (chunk: Buffer, _encoding, done) => {
        this.#output += chunk.toString('latin1');
        done();
      },
    }) as Socket;
    this.#writer = new ResponseWriter(socket, { request, keepsAlive: () => minor === 1 });
  }

  readAll(parts: readonly Buffer[]): Reading {
    for (const part of parts) {
      if (this.#outcome === null) {
        this.#take(Buffer.from(part));
      }
    }
    if (this.#outcome === null && this.#decoder !== null && this.#untilClose()) {
      this.#writer.writeEnd();
      this.#outcome = 'Complete';
    }
    return { outcome: this.#outcome ?? 'Incomplete', consumed: this.#consumed, output: this.#output };
  }

  #take(part: Buffer): void {
    if (this.#decoder !== null) {
      const consumed = this.#decoder.read(part, 0);
      this.#writer.writeBody(part, this.#decoder.pieces);
      this.#progress(this.#decoder, consumed);
      return;
    }
    this.#input.append(part);
    while (this.#outcome === null && this.#decoder === null && this.#input.length > 0) {
      if (!this.#readHead()) {
        return;
      }
    }
  }

  /** False when more bytes are needed. */
  #readHead(): boolean {
    const { head } = this.#writer;
    const bytes = this.#input.view();
    const outcome = head.read(bytes);
    if (outcome !== 'Complete') {
      this.#outcome = outcome === 'Malformed' ? outcome : null;
      return false;
    }
    if (head.status >= 200) {
      this.#respond(Buffer.from(bytes));
    } else if (head.status === 101) {
      this.#outcome = 'Switched';
    } else {
      this.#interim();
    }
    return true;
  }

  #interim(): void {
    const { head } = this.#writer;
    if (head.status !== 100) {
      this.#writer.writeInterim(Buffer.from(this.#input.view()));
    }
    this.#consumed += head.end;
    this.#input.consume(head.end);
    head.begin();
  }

  #respond(bytes: Buffer): void {
    const { head } = this.#writer;
    const decoder = this.#writer.prepare();
    this.#decoder = decoder;
    const consumed = decoder.read(bytes, head.end);
    this.#input.clear();
    if (decoder.fault === null) {
      this.#writer.writeHead(bytes);
    }
    this.#progress(decoder, consumed);
  }

  #progress({ fault, done }: BodyDecoder, consumed: number): void {
    this.#consumed += consumed;
    this.#outcome = fault ?? (done ? 'Complete' : null);
  }

  #untilClose(): boolean {
    return this.#writer.head.bodyLength(this.#method) === UNTIL_CLOSE;
  }
}
