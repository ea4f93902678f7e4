import { valuesOf } from '../support/http/messages.ts';
import type { Answer } from './ask.ts';
import { hostOf, type Output } from './outputs.ts';

/**
 * Where a server does not read what was meant, or does not ask its application about it, and why that is its own business: each of them
 * refuses something that HTTP allows, or reads it in a way that gives nobody another request.
 */
export interface Quirk {
  readonly origins: readonly string[];
  readonly verdict: Exclude<Answer['verdict'], 'Agreed'>;
  readonly reason: string;
  applies(output: Output): boolean;
}

export const QUIRKS: readonly Quirk[] = [
  {
    origins: ['nginx', 'apache2', 'lighttpd', 'webrick', 'tomcat10'],
    verdict: 'OwnAnswer',
    reason: 'it answers OPTIONS for the server as a whole itself, or refuses it',
    applies: ({ request }) => request.target === '*',
  },
  {
    origins: ['nginx', 'apache2', 'lighttpd', 'aiohttp', 'waitress', 'cheroot', 'puma', 'node'],
    verdict: 'OwnAnswer',
    reason: 'it knows a list of methods and refuses others, those in lower case among them',
    applies: ({ request }) => !COMMON_METHODS.has(request.method),
  },
  {
    origins: ['gunicorn'],
    verdict: 'Disagreed',
    reason: 'it reads methods in upper case, against RFC 9110 section 9.1',
    applies: ({ request }) => request.method !== request.method.toUpperCase(),
  },
  {
    origins: ['apache2', 'jetty9'],
    verdict: 'OwnAnswer',
    reason: 'it refuses a Host with a colon and no port behind it',
    applies: ({ request }) => hostOf(request).endsWith(':'),
  },
  {
    origins: ['apache2'],
    verdict: 'OwnAnswer',
    reason: 'it refuses a Host that is a number, or an IPv4 address in octal numbers',
    applies: ({ request }) => /^[0-9.]+$/.test(hostOf(request)),
  },
  {
    origins: ['apache2'],
    verdict: 'OwnAnswer',
    reason: 'it is a proxy here, and refuses Max-Forwards of 0 whatever the method',
    applies: ({ request }) => valuesOf(request.fields, 'max-forwards').includes('0'),
  },
  {
    origins: ['lighttpd'],
    verdict: 'Disagreed',
    reason: 'it gives the host in lower case, which is the same host (RFC 9110 section 4.2.3)',
    applies: ({ request }) => hostOf(request) !== hostOf(request).toLowerCase(),
  },
  {
    origins: ['webrick'],
    verdict: 'OwnAnswer',
    reason: 'it reads no IPv4 address inside of an IPv6 address',
    applies: ({ request }) => hostOf(request).startsWith('[::ffff:'),
  },
  {
    origins: ['apache2', 'webrick'],
    verdict: 'Disagreed',
    reason:
      'it takes slashes at the beginning of a target for one; a path is routed only where both lead to the same place',
    applies: ({ request }) => request.target.startsWith('//'),
  },
  {
    origins: ['cheroot'],
    verdict: 'OwnAnswer',
    reason: 'it takes a target that begins with two slashes for a URI with an authority, and refuses it',
    applies: ({ request }) => request.target.startsWith('//'),
  },
  {
    origins: ['webrick'],
    verdict: 'OwnAnswer',
    reason: 'it refuses targets of more than 2,083 bytes',
    applies: ({ request }) => request.target.length > 2_000,
  },
  {
    origins: ['aiohttp'],
    verdict: 'OwnAnswer',
    reason: 'it refuses more than 128 fields, the four of the proxy among them',
    applies: ({ request }) => request.fields.length > 128,
  },
  {
    origins: ['aiohttp'],
    verdict: 'Disagreed',
    reason: 'it undoes Content-Encoding before it gives out a body, and this one is none',
    applies: ({ request }) => valuesOf(request.fields, 'content-encoding').length > 0,
  },
  {
    origins: ['tornado'],
    verdict: 'Disagreed',
    reason:
      'it reads forms before it asks its application, and closes the connection of one with a Content-Encoding',
    applies: ({ request }) =>
      valuesOf(request.fields, 'content-encoding').length > 0 &&
      valuesOf(request.fields, 'content-type').some((type) => type.includes('form')),
  },
];

const COMMON_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]);

/** The quirk that explains an answer; undefined for what nothing explains. */
export function explain(origin: string, { verdict }: Answer, output: Output): Quirk | undefined {
  return QUIRKS.find(
    (quirk) => quirk.origins.includes(origin) && quirk.verdict === verdict && quirk.applies(output),
  );
}
