import type { BackendSpec } from '../../api/spec/backend.ts';
import type { HealthCheckConfig, HealthConfig } from '../../../proxy-image/config/types.ts';
import { milliseconds } from '../units.ts';

/** How the proxy finds out whether the servers of a backend work, with what the specification leaves to the backend's protocol. */
export function health(spec: BackendSpec): HealthConfig {
  const { active, passive, slowStart } = spec.health;
  return {
    ...(active === undefined ? {} : { active: activeCheck(spec, active) }),
    passive,
    slowStart: milliseconds(slowStart),
  };
}

function activeCheck(
  spec: BackendSpec,
  active: NonNullable<BackendSpec['health']['active']>,
): HealthCheckConfig {
  const {
    protocol = spec.protocol,
    path = '/',
    expectedStatus,
    healthyThreshold,
    unhealthyThreshold,
  } = active;
  const asks = protocol === 'HTTP' || protocol === 'HTTPS';
  return {
    protocol,
    ...(asks ? { path } : {}),
    ...(expectedStatus === undefined ? {} : { expectedStatus }),
    interval: milliseconds(active.interval),
    timeout: milliseconds(active.timeout),
    healthyThreshold,
    unhealthyThreshold,
  };
}
