import { isIPv6 } from 'node:net';
import type { TeamworkCloudSpec } from '../spec/teamwork-cloud.ts';

/** Where clients reach a flow. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where clients reach the flows; undefined: not known yet, or there is no such flow. */
export interface PublicPlaces {
  readonly webapp: Place | undefined;
  readonly rest: Place | undefined;
  readonly authserver: Place | undefined;
  readonly client: Place | undefined;
}

interface Setting {
  readonly why?: string;
  readonly key: string;
  /** Undefined: not known yet. */
  readonly value: string | undefined;
}

/**
 * What has to be set on the servers so that they agree with this proxy: by name of the file in which it is set, the lines that matter. Everything else stays as
 * it is: how the servers reach each other is not changed by a proxy.
 */
export function serverSettings(
  { release, topology, client }: Pick<TeamworkCloudSpec, 'release' | 'topology' | 'client'>,
  places: PublicPlaces,
): Readonly<Record<string, string>> {
  const isOld = release === '2021x';
  const login = isOld && topology === 'Layer4' ? places.authserver : places.webapp;
  return {
    'README.txt': readme(client.encryption),
    'application.conf': lines(' = ', applicationConf(places, isOld ? null : login)),
    'authserver.properties': lines('=', authserverProperties(places, isOld ? login : null)),
    'webappplatform.properties': lines('=', [
      ...(isOld ? loginUntil2021x(login) : loginSince2022x(login)),
      ...(isOld || release === '2022x' ? [] : serviceUrl(places.webapp)),
    ]),
  };
}

/** @param login where the Authserver is, for releases that are told there; null for others */
function applicationConf(
  { webapp, client }: PublicPlaces,
  login: Place | undefined | null,
): readonly Setting[] {
  return [
    {
      why: 'This proxy spreads the clients over the nodes, so the nodes must not. On ALL nodes',
      key: 'esi.server.core.load_balancer',
      value: 'false',
    },
    {
      why: 'Where modelling clients are told to connect',
      key: 'server-broadcast-host',
      value: quoted(client?.host),
    },
    ...(login === null
      ? []
      : [
          {
            why: 'Where logins are checked',
            key: 'esi.auth.url',
            value: quoted(login && `https://${hostAndPort(login)}`),
          },
        ]),
    { why: 'What the links for OSLC clients begin with', key: 'esi.oslc.protocol', value: quoted('https') },
    { key: 'esi.oslc.server', value: quoted(webapp?.host) },
    { key: 'esi.oslc.port', value: webapp && String(webapp.port) },
  ];
}

/** @param login where the Authserver is, for releases in which it is a server of its own; null for others */
function authserverProperties(places: PublicPlaces, login: Place | undefined | null): readonly Setting[] {
  return [
    ...(login === null
      ? []
      : [{ why: 'The public name of the Authserver', key: 'server.public.host', value: login?.host }]),
    {
      why: 'Where browsers may be sent back to after a login: beginnings of URLs. Modelling clients need the last one; keep what else you have there',
      key: 'authentication.redirect.uri.whitelist',
      value: whitelist(places),
    },
  ];
}

function loginUntil2021x(login: Place | undefined): readonly Setting[] {
  return [
    {
      why: 'Where browsers are sent to log in',
      key: 'authentication.server.uri',
      value: login && `https://${authority(login)}/authentication`,
    },
  ];
}

function loginSince2022x(login: Place | undefined): readonly Setting[] {
  return [
    { why: 'The public name of the platform', key: 'server.public.host', value: login?.host },
    { why: 'Where browsers are sent to log in', key: 'authentication.server.ip', value: login?.host },
    { key: 'authentication.server.port', value: login && String(login.port) },
    { key: 'authentication.server.protocol', value: 'https' },
    {
      why: 'Where they are sent back to',
      key: 'authentication.redirect.uri',
      value: login && `https://${authority(login)}/webapp`,
    },
  ];
}

function serviceUrl(webapp: Place | undefined): readonly Setting[] {
  return [
    {
      why: 'What links to the platform begin with',
      key: 'service.url',
      value: webapp && `https://${authority(webapp)}`,
    },
  ];
}

/** Browsers leave the usual port out and servers may not, so each place is there in both ways. */
function whitelist({ webapp, rest }: PublicPlaces): string | undefined {
  if (webapp === undefined || rest === undefined) return undefined;
  const places = [webapp, rest].flatMap((place) => [authority(place), hostAndPort(place)]);
  return [...new Set(places.map((place) => `https://${place}/`)), 'https://md_redirect'].join(',');
}

function lines(separator: string, settings: readonly Setting[]): string {
  const paragraphs = settings.map(({ why, key, value }) => {
    const line =
      value === undefined
        ? `# ${key}: not known before its flow has an address`
        : `${key}${separator}${value}`;
    return why === undefined ? `${line}\n` : `# ${why}.\n${line}\n`;
  });
  return paragraphs.join('');
}

function readme(encryption: TeamworkCloudSpec['client']['encryption']): string {
  const port =
    encryption === 'TLS'
      ? 'the TLS port of the nodes, which has to be enabled in the settings of Teamwork Cloud Admin'
      : 'the unencrypted port of the nodes';
  return `What has to be set on the Teamwork Cloud servers so that they agree with this proxy.

Each of these files has the lines that matter of the file with the same name. Look for each key there, change its value (or take
away the # before it), and leave all others as they are. In application.conf a key may stand inside of sections: a.b.c is c in section b in section a. Do the
same on every node, and restart the services.

Modelling clients are led to ${port}.
The unencrypted port 3579 stays open whatever is set: let nobody but the nodes and this proxy reach it.
Where esi.dm.csrf.allowed-addresses is set in application.conf, it has to let in the addresses that this proxy connects from.
`;
}

function quoted(value: string | undefined): string | undefined {
  return value === undefined ? undefined : `"${value}"`;
}

/** As browsers write it: the usual port is left out. */
function authority(place: Place): string {
  return place.port === 443 ? bracketed(place.host) : hostAndPort(place);
}

function hostAndPort({ host, port }: Place): string {
  return `${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
