import { bodyDecoder, type BodyDecoder, type ChunkedForm } from '../../../proxy-image/http/http1/body.ts';
import { CHUNKED } from '../../../proxy-image/http/http1/framing.ts';
import { requireSame, requireThat, type Target } from '../target.ts';
import { only } from './forwarded.ts';

interface Reading {
  readonly passedOn: string;
  readonly consumed: number;
  readonly outcome: string;
}

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const LIMIT = 4_096;

/** Chunked bodies, passed on as chunks and as bare content. */
export const chunks: Target = {
  name: 'chunks',
  dictionary: [
    '\r\n',
    '\r\n\r\n',
    '0\r\n\r\n',
    '5\r\nhello\r\n',
    ';',
    ';a',
    ';a=b',
    ';a="',
    '"',
    '\\',
    'X: y\r\n',
    ': ',
    '00',
    '7fffffff',
    'ffffffff',
  ],
  seeds: () =>
    [
      '0\r\n\r\n',
      '5\r\nhello\r\n0\r\n\r\n',
      '5;name=value;q="a;\\"b"\r\nhello\r\n00a\r\n0123456789\r\n0;last\r\nX-T: 1\r\nX-U:\r\n\r\nGET /',
      '1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0000\r\n\r\n',
      'F\r\n0\r\n\r\nGET / HTTP/1\r\n0\r\n\r\n',
    ].map((text) => Buffer.from(text, 'latin1')),
  check: (parts) => {
    const input = Buffer.concat(parts);
    const asChunks = readBody('Chunks', parts);
    const asContent = readBody('Content', parts);
    requireSame('in one part and in several, as chunks', readBody('Chunks', [input]), asChunks);
    requireSame('in one part and in several, as content', readBody('Content', [input]), asContent);
    requireSame(
      'what becomes of both',
      [asChunks.outcome, asChunks.consumed],
      [asContent.outcome, asContent.consumed],
    );
    if (asChunks.outcome === 'Done') {
      const sent = only('what was sent', HEAD + input.toString('latin1', 0, asChunks.consumed));
      const passedOn = only('what is passed on', HEAD + asChunks.passedOn);
      requireSame('what was sent and what is passed on', sent.body, passedOn.body);
      requireSame('what was sent and its content', sent.body, asContent.passedOn);
      requireSame('trailers', passedOn.trailers, []);
    }
    const { outcome, passedOn, consumed } = asChunks;
    return `${outcome} ${Math.min(passedOn.split('\r\n').length, 8)} ${Math.min(consumed - passedOn.length, 16)}`;
  },
};

function readBody(form: ChunkedForm, parts: readonly Buffer[]): Reading {
  const decoder = bodyDecoder(CHUNKED, form, LIMIT);
  let passedOn = '';
  let consumed = 0;
  for (const part of parts) {
    if (decoder.done || decoder.fault !== null) {
      break;
    }
    const end = decoder.read(part, 0);
    requireThat(end >= 0 && end <= part.length, () => 'it is read beyond its bytes');
    requireThat(end === part.length || decoder.done || decoder.fault !== null, () => 'bytes are left unread');
    consumed += end;
    passedOn += decoder.pieces.gather(part).toString('latin1');
  }
  // What is passed on of a body that turns out bad depends on when that shows; what follows it is never read.
  return decoder.fault === null
    ? { passedOn, consumed, outcome: outcomeOf(decoder) }
    : { passedOn: '', consumed: 0, outcome: decoder.fault };
}

function outcomeOf({ done }: BodyDecoder): string {
  return done ? 'Done' : 'Incomplete';
}
