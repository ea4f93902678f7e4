import { parseEnv } from 'node:util';
import { PATTERNS } from '../api/spec/patterns.ts';

/** The settings of a TeamOne proxy server, in the words of `spec.teamOne`. */
export interface TeamOneSettings {
  /** At least one. */
  readonly allowedHosts: readonly string[];
  readonly oauthAllowedHosts: readonly string[];
}

export type TeamOneImport =
  | {
      readonly ok: true;
      readonly settings: TeamOneSettings;
      /** What has been left out, or may have been meant otherwise; a line each. */
      readonly remarks: readonly string[];
    }
  | { readonly ok: false; readonly errors: readonly string[] };

const ALLOWED_HOSTS = 'PROXY_ALLOWED_HOST_PATTERN';
const OAUTH_HOSTS = 'PROXY_OAUTH_ALLOWED_HOST_PATTERN';
const KNOWN: ReadonlySet<string> = new Set([ALLOWED_HOSTS, OAUTH_HOSTS]);

/** By this a TeamOne proxy server is told that there are no such hosts. */
const OFF = 'disabled.local';

const HOST = new RegExp(PATTERNS.approvedHost.pattern);

/**
 * Reads the environment file of a TeamOne proxy server: lines of `NAME=VALUE`, with or without `export` and quotes. Its patterns are comma
 * lists of host names, where `*.` at the beginning stands for the names below.
 */
export function importTeamOne(text: string): TeamOneImport {
  const variables = parseEnv(text);
  const allowedHosts = hostsIn(variables[ALLOWED_HOSTS]);
  const oauthAllowedHosts = hostsIn(variables[OAUTH_HOSTS]);
  const errors = [
    ...missing(variables[ALLOWED_HOSTS], allowedHosts),
    ...malformed(ALLOWED_HOSTS, allowedHosts),
    ...malformed(OAUTH_HOSTS, oauthAllowedHosts),
  ];
  if (errors.length > 0) return { ok: false, errors };
  const remarks = Object.keys(variables)
    .filter((name) => !KNOWN.has(name))
    .sort()
    .map((name) => `${name} is not taken over: it is not known here what it means`);
  return {
    ok: true,
    settings: { allowedHosts, oauthAllowedHosts },
    remarks: [
      ...remarks,
      ...wildcards(ALLOWED_HOSTS, allowedHosts),
      ...wildcards(OAUTH_HOSTS, oauthAllowedHosts),
    ],
  };
}

/** Lower case, each once, in the order given. */
function hostsIn(list = ''): readonly string[] {
  const hosts = list.split(',').map((host) => host.trim().toLowerCase());
  return [...new Set(hosts)].filter((host) => host !== '' && host !== OFF);
}

function missing(list: string | undefined, hosts: readonly string[]): readonly string[] {
  if (list === undefined)
    return [`there is no ${ALLOWED_HOSTS}: is this the environment file of the proxy server?`];
  if (hosts.length > 0) return [];
  return [`${ALLOWED_HOSTS} names no host, so nothing could be forwarded: name the hosts of the TM1 servers`];
}

/** Whoever wrote it may have meant all names below, however deep. */
function wildcards(variable: string, hosts: readonly string[]): readonly string[] {
  return hosts
    .filter((host) => host.startsWith('*.'))
    .map((host) => {
      const domain = host.slice(2);
      return `${variable}: ${host} allows names with one more label, as certificates do: a.${domain}, but not a.b.${domain}; if there are such servers, add *.b.${domain} or their names`;
    });
}

function malformed(variable: string, hosts: readonly string[]): readonly string[] {
  return hosts
    .filter((host) => !HOST.test(host))
    .map((host) => `${variable}: ${host} is not a host; it must be ${PATTERNS.approvedHost.words}`);
}
