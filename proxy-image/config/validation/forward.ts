import { readApprovedHost } from '../../addresses/approved-host.ts';
import type {
  AddressRules,
  ForwardConfig,
  ForwardCookies,
  ForwardTlsConfig,
  FrontendConfig,
} from '../types.ts';
import { field, flag, integer, item, list, oneOf, optional, record, report, text } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';
import { isCidr, isFileName, isSha256 } from './formats.ts';

const host = text(
  'a host such as "tm1.example.com", "*.example.com:8010" or "[fd00::5]:443", in lower case and its usual spelling',
  (value) => readApprovedHost(value) !== null,
);
const range = text('an address range such as "10.0.0.0/8"', isCidr);

const rules = { allowedAddresses: list(range), refusedAddresses: list(range) };

export const addressRules = record<AddressRules>(rules);

export const forward = record<ForwardConfig>({
  ...rules,
  protocol: oneOf('HTTPS', 'HTTP'),
  port: integer(1, 65_535),
  allowedHosts: list(host, 1),
  oauthAllowedHosts: list(host),
  tls: optional(
    record<ForwardTlsConfig>({
      verify: oneOf('Chain', 'Pinned'),
      trustFiles: list(text('the name of a file', isFileName)),
      pinnedSha256: list(text('a SHA-256 as 64 lower-case hex digits', isSha256)),
    }),
  ),
  targets: integer(1, 1024),
  cookies: optional(
    record<ForwardCookies>({ sameSite: oneOf('Lax', 'Strict', 'None'), partitioned: flag() }),
  ),
});

/** Checks that each route says in one way where its requests go, and what the parts of `forward` can't tell alone. */
export function checkForwards({ routes = [] }: Draft<FrontendConfig>, place: Place): void {
  for (const [index, route] of routes.entries()) {
    const where = item(field(place, 'routes'), index);
    if (route === undefined) {
      continue;
    }
    if (!('backend' in route) && !('forward' in route)) {
      report(where, 'leads nowhere: give it a backend, or forward');
    }
    if ('backend' in route && 'forward' in route) {
      report(field(where, 'forward'), 'is given beside a backend: remove one of them');
    }
    checkTls(route.forward, field(where, 'forward'));
    checkCookies(route.forward?.cookies, field(field(where, 'forward'), 'cookies'));
  }
}

function checkCookies(cookies: Draft<ForwardCookies> | undefined, place: Place): void {
  if (cookies?.partitioned === true && cookies.sameSite !== undefined && cookies.sameSite !== 'None') {
    report(field(place, 'partitioned'), `is not used with sameSite ${cookies.sameSite}: set it to false`);
  }
}

function checkTls(forward: Draft<ForwardConfig> | undefined, place: Place): void {
  const where = field(place, 'tls');
  const { protocol, tls } = forward ?? {};
  if (protocol === 'HTTP' && tls !== undefined) {
    report(where, 'is not used with protocol HTTP: remove it, or set protocol to HTTPS');
  }
  if (protocol === 'HTTPS' && forward !== undefined && !('tls' in forward)) {
    report(where, "is missing: with protocol HTTPS say how the targets' certificates are verified");
  }
  checkVerification(tls, where);
}

function checkVerification(tls: Draft<ForwardTlsConfig> | undefined, where: Place): void {
  const { verify, pinnedSha256, trustFiles = [] } = tls ?? {};
  if (pinnedSha256 !== undefined && (verify === 'Pinned') !== pinnedSha256.length > 0) {
    report(
      field(where, 'pinnedSha256'),
      'has to list at least one fingerprint with verify Pinned, and none otherwise',
    );
  }
  if (verify === 'Pinned' && trustFiles.length > 0) {
    report(
      field(where, 'trustFiles'),
      'is not looked at with verify Pinned: empty it, or set verify to Chain',
    );
  }
}
