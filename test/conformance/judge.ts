import { parseRequests, valuesOf, type ParsedRequest } from '../support/http/messages.ts';
import type { RecordedConnection } from '../support/http/recording-upstream.ts';
import type { Expectation } from './verdict.ts';

/** What a proxy made of a case. */
export interface Observation {
  /** Statuses of the final responses that the client got. */
  readonly statuses: readonly number[];
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

export function judge(expected: Expectation, observation: Observation): readonly Finding[] {
  const { must, messages } = expected;
  const { statuses, requests, connections } = observation;
  return [
    ...(isUnsafe(expected, connections) ? (['unsafe'] as const) : []),
    ...(requests.length > messages
      ? ([must === 'reject' ? 'invalidForwarded' : 'countedTwice'] as const)
      : []),
    ...(must === 'accept' && !isServed(expected, requests) ? (['validRefused'] as const) : []),
    // Refused by a 4xx or 5xx, or by ending stream or connection without a word.
    ...(must === 'reject' && statuses.filter((status) => status < 400).length > messages
      ? (['invalidForwarded'] as const)
      : []),
  ];
}

function isUnsafe({ must, at }: Expectation, connections: readonly RecordedConnection[]): boolean {
  const parsed = connections.map(({ bytes, ended }) => ({ ...parseRequests(bytes), ended }));
  const halves = parsed.filter(({ rest }) => rest === 'Incomplete');
  // Half a request may only be there where the fault showed up behind a head that was sound, and the connection must be broken then.
  const mayBreak = must === 'either' || (must === 'reject' && at !== 'head');
  return (
    parsed.some(({ rest }) => rest === 'Malformed') ||
    halves.some(({ ended }) => !ended) ||
    (halves.length > 0 && !mayBreak)
  );
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

function isServed(expected: Expectation, requests: readonly ParsedRequest[]): boolean {
  const { sent, messages, server = {}, ordered } = expected;
  const inOrder = (texts: readonly string[]): readonly string[] => (ordered ? texts : texts.toSorted());
  const same = JSON.stringify(inOrder(sent.map(essence))) === JSON.stringify(inOrder(requests.map(essence)));
  const hasFields = requests.every(({ fields }) =>
    Object.entries(server).every(
      ([name, values]) => JSON.stringify(valuesOf(fields, name)) === JSON.stringify(values),
    ),
  );
  return sent.length === messages && same && hasFields && requests.every(isClean);
}

/** What must be the same on both sides of a proxy. */
function essence({ method, target, fields, body }: ParsedRequest): string {
  return JSON.stringify({ method, target: originForm(method, target), fields: endToEndFields(fields), body });
}

/** The fields that pass a proxy as they are. */
export function endToEndFields(fields: ParsedRequest['fields']): ParsedRequest['fields'] {
  const named = new Set(
    valuesOf(fields, 'connection').flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((name) => name.trim()),
    ),
  );
  return fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return (
      !PER_HOP.has(lower) &&
      !lower.startsWith('x-forwarded-') &&
      !named.has(lower) &&
      lower !== 'max-forwards'
    );
  });
}

/** RFC 9112 section 3.2.4. */
export function originForm(method: string, target: string): string {
  const rest = /^https?:\/\/[^/?]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) {
    return target;
  }
  return rest === '' && method === 'OPTIONS' ? '*' : rest.startsWith('/') ? rest : `/${rest}`;
}

/** Nothing that counts for one hop alone has been passed on, save a wish to switch protocols; trailers are not passed on either. */
function isClean({ fields, trailers }: ParsedRequest): boolean {
  const options = valuesOf(fields, 'connection');
  const upgrade = valuesOf(fields, 'upgrade').length > 0;
  return (
    trailers.length === 0 &&
    ['keep-alive', 'proxy-connection', 'te', 'trailer', 'expect'].every(
      (name) => valuesOf(fields, name).length === 0,
    ) &&
    (upgrade ? options.join().toLowerCase() === 'upgrade' : options.length === 0)
  );
}
