import { parseRequests, valuesOf, type ParsedRequest } from '../support/http/messages.ts';
import type { RecordedConnection } from '../support/http/recording-upstream.ts';
import type { Case } from './corpus.ts';

/** What a proxy made of a case. */
export interface Observation {
  /** All that the client got back. */
  readonly response: string;
  /** The requests that servers got, in their order. */
  readonly requests: readonly ParsedRequest[];
  /** All bytes that servers got. */
  readonly connections: readonly RecordedConnection[];
}

/**
 * What can be wrong with it. `unsafe`: a server got bytes that are no well-formed request, or was left with half a request. `countedTwice`:
 * more requests than were sent. `validRefused`: a good request was refused or changed. `invalidForwarded`: a bad one was served.
 */
export type Finding = 'unsafe' | 'countedTwice' | 'validRefused' | 'invalidForwarded';

export function judge(testCase: Case, { response, requests, connections }: Observation): readonly Finding[] {
  const parsed = connections.map(({ bytes, ended }) => ({ ...parseRequests(bytes), ended }));
  const malformed = parsed.some(({ rest }) => rest === 'Malformed');
  const halves = parsed.filter(({ rest }) => rest === 'Incomplete');
  // Half a request may only be there where the fault showed up behind a head that was sound, and the connection must be broken then.
  const mayBreak = testCase.must === 'either' || (testCase.must === 'reject' && testCase.at !== 'head');
  const unsafe = malformed || halves.some(({ ended }) => !ended) || (halves.length > 0 && !mayBreak);
  return [
    ...(unsafe ? (['unsafe'] as const) : []),
    ...(requests.length > testCase.messages ? [tooMany(testCase)] : []),
    ...(testCase.must === 'accept' && !sameRequests(testCase, requests) ? (['validRefused'] as const) : []),
    ...(testCase.must === 'reject' && !isRefused(testCase, response) ? (['invalidForwarded'] as const) : []),
  ];
}

function tooMany({ must }: Case): Finding {
  return must === 'reject' ? 'invalidForwarded' : 'countedTwice';
}

/** Refused by a 4xx or 5xx, or by closing the connection without a word. */
function isRefused({ messages }: Case, response: string): boolean {
  const statuses = [...response.matchAll(/(?:^|\r\n|served)HTTP\/1\.1 ([0-9]{3}) /g)].map(([, status]) =>
    Number(status),
  );
  const final = statuses.filter((status) => status >= 200);
  return final.filter((status) => status < 400).length <= messages;
}

/** Fields that are the proxy's own business on each hop, or whose presence depends on how the body is framed. */
const PER_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'expect',
  'forwarded',
]);

function sameRequests({ raw, messages }: Case, requests: readonly ParsedRequest[]): boolean {
  const sent = parseRequests(raw.toString('latin1')).requests;
  return (
    sent.length === messages &&
    requests.length === messages &&
    sent.every((request, index) => {
      const got = requests[index];
      return (
        got !== undefined && JSON.stringify(essence(request)) === JSON.stringify(essence(got)) && isClean(got)
      );
    })
  );
}

/** What must be the same on both sides of a proxy. */
function essence({ method, target, fields, body }: ParsedRequest): unknown {
  const named = new Set(
    valuesOf(fields, 'connection').flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((name) => name.trim()),
    ),
  );
  const passed = fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return (
      !PER_HOP.has(lower) &&
      !lower.startsWith('x-forwarded-') &&
      !named.has(lower) &&
      lower !== 'max-forwards'
    );
  });
  return { method, target: originForm(method, target), fields: passed, body };
}

function originForm(method: string, target: string): string {
  const rest = /^https?:\/\/[^/?]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) {
    return target;
  }
  return rest === '' && method === 'OPTIONS' ? '*' : rest.startsWith('/') ? rest : `/${rest}`;
}

/** Nothing that counts for one hop alone has been passed on, save a wish to switch protocols. */
function isClean({ fields }: ParsedRequest): boolean {
  const options = valuesOf(fields, 'connection');
  const upgrade = valuesOf(fields, 'upgrade').length > 0;
  return (
    ['keep-alive', 'proxy-connection', 'te', 'trailer', 'expect'].every(
      (name) => valuesOf(fields, name).length === 0,
    ) && (upgrade ? options.join().toLowerCase() === 'upgrade' : options.length === 0)
  );
}
