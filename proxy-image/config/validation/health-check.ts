import type { BackendProtocol, HealthCheckConfig } from '../types.ts';
import { field, report } from './decoder.ts';
import type { Draft, Place } from './decoder.ts';

/** What the servers of a backend can be asked. Those that speak TCP may speak anything, as their clients know. */
const FITTING: Readonly<Record<BackendProtocol, readonly BackendProtocol[]>> = {
  TCP: ['TCP', 'TLS', 'HTTP', 'HTTPS'],
  TLS: ['TCP', 'TLS', 'HTTPS'],
  HTTP: ['TCP', 'HTTP'],
  HTTPS: ['TCP', 'TLS', 'HTTPS'],
};

/** Checks that a check fits the backend whose servers it is for, and that only HTTP is asked for a path. */
export function checkHealthCheck(
  check: Draft<HealthCheckConfig> | undefined,
  backend: BackendProtocol,
  place: Place,
): void {
  const { protocol } = check ?? {};
  if (check === undefined || protocol === undefined) {
    return;
  }
  const fitting = FITTING[backend];
  if (!fitting.includes(protocol)) {
    report(
      field(place, 'protocol'),
      `${protocol} is not what a backend with protocol ${backend} speaks: give one of ${fitting.join(', ')}`,
    );
  }
  if (protocol === 'TCP' || protocol === 'TLS') {
    reportUnused(check, protocol, place);
  } else if (check.path === undefined && !place.errors.some(({ path }) => path === `${place.path}.path`)) {
    report(field(place, 'path'), `is missing: with protocol ${protocol} say what is asked for`);
  }
}

function reportUnused(check: Draft<HealthCheckConfig>, protocol: BackendProtocol, place: Place): void {
  for (const name of ['path', 'expectedStatus'] as const) {
    if (check[name] !== undefined) {
      report(
        field(place, name),
        `is not used with protocol ${protocol}: remove it, or set protocol to HTTP or HTTPS`,
      );
    }
  }
}
