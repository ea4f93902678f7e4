import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Fields } from '../../support/http2/frames.ts';
import type { Corpus, Verdict } from '../verdict.ts';
import type { Http1Case } from '../http1/case.ts';
import type { Http2Case, Http2Request } from './case.ts';
import { translate } from './translate.ts';

/** A request as the corpus writes it: what differs from `GET /a` of `localhost`, or with `list` all of its fields. */
interface StoredRequest {
  /** Values of pseudo-header fields; null leaves one out. */
  readonly pseudo?: Readonly<Record<string, string | null>>;
  /** Fields behind the pseudo-header fields. */
  readonly fields?: Fields;
  readonly list?: Fields;
  readonly data?: readonly string[];
  readonly trailers?: Fields;
  readonly ends?: boolean;
}

type StoredCase = Verdict & StoredRequest & { readonly requests?: readonly StoredRequest[] };

const OWN = fileURLToPath(new URL('requests.json', import.meta.url));

const PSEUDO = { ':method': 'GET', ':scheme': 'https', ':authority': 'localhost', ':path': '/a' };

/** Our own cases of HTTP/2, and all cases of HTTP/1.1 that can be said in it. */
export function http2Corpora(corpora: readonly Corpus<Http1Case>[]): readonly Corpus<Http2Case>[] {
  const stored = JSON.parse(readFileSync(OWN, 'utf8')) as readonly StoredCase[];
  return [
    { name: 'http2', cases: stored.map(decode) },
    ...corpora.map(({ name, cases }) => ({ name: `${name} in HTTP/2`, cases: cases.flatMap(translate) })),
  ];
}

function decode(stored: StoredCase): Http2Case {
  return { ...stored, requests: (stored.requests ?? [stored]).map(decodeRequest) };
}

function decodeRequest(stored: StoredRequest): Http2Request {
  const { pseudo = {}, fields = [], data = [], trailers = null, ends = true } = stored;
  const first = Object.entries({ ...PSEUDO, ...pseudo }).filter((entry) => entry[1] !== null) as Fields;
  return { fields: stored.list ?? [...first, ...fields], data, trailers, ends };
}
