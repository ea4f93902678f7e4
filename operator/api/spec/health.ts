import { defaulted, defaultedObject, integer, object, oneOf, optional } from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { duration, urlPath } from './scalars.ts';

const active = object({
  protocol: optional(
    oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
    'TCP connects, TLS shakes hands as well, HTTP and HTTPS send a request. Certificates are verified as for the traffic; behind a backend with protocol TCP not at all. Default: the protocol of the backend.',
  ),
  path: optional(urlPath(), 'HTTP and HTTPS: path that is asked for. Default: /.'),
  expectedStatus: optional(
    integer(200, 599),
    'HTTP and HTTPS: the one status that counts as healthy. Default: 200 to 399.',
  ),
  interval: defaulted(
    duration(),
    '10s',
    'Time from one check of a server to the next. Each proxy pod checks.',
  ),
  timeout: defaulted(duration(), '5s', 'Time that one check may take.'),
  healthyThreshold: defaulted(
    integer(1, 100),
    2,
    'Checks in a row that a server which is down has to pass to be used again.',
  ),
  unhealthyThreshold: defaulted(
    integer(1, 100),
    3,
    'Checks in a row that a server has to fail to be down. It is sent nothing then, as long as there is another.',
  ),
});

const passive = object({
  failures: defaulted(
    integer(1, 1000),
    3,
    'HTTP and HTTPS: a server with so many failed exchanges in a row (no response, a malformed one, or status 502, 503 or 504) is avoided for a second, and for twice as long each time it fails again, up to 30 seconds; never more than half of the servers.',
  ),
});

export const healthSchema = object({
  active: optional(active, 'Checks that the proxy makes by itself. Left out: none are made.'),
  passive: defaultedObject(
    passive,
    'What follows from traffic that fails. A server that cannot be connected to is avoided at once.',
  ),
  slowStart: defaulted(
    duration(),
    '10s',
    'RoundRobin and LeastConnections: a server that is new or has come back gets more and more of its share for so long, beginning with a tenth. 0s: all of it at once.',
  ),
});

/** Rules on a backend, whose protocol they need to know. */
export const healthRules: readonly CelRule[] = [
  {
    rule: "!has(self.health.active) || !has(self.health.active.protocol) || self.protocol == 'TCP' || self.health.active.protocol == 'TCP' || (self.health.active.protocol in ['TLS', 'HTTPS']) == (self.protocol in ['TLS', 'HTTPS'])",
    message:
      'health.active.protocol: servers that speak TLS are checked with TCP, TLS or HTTPS, servers that speak HTTP with TCP or HTTP; change the protocol of the check',
  },
  {
    rule: "!has(self.health.active) || (!has(self.health.active.path) && !has(self.health.active.expectedStatus)) || (has(self.health.active.protocol) ? self.health.active.protocol : self.protocol) in ['HTTP', 'HTTPS']",
    message:
      'health.active: only a check with protocol HTTP or HTTPS asks for a path and looks at a status; set its protocol, or remove path and expectedStatus',
  },
];

export type HealthSpec = Infer<typeof healthSchema>;
