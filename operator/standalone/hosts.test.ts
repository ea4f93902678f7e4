import { describe, expect, it } from '@jest/globals';
import { admit } from '../api/admission/admit.ts';
import { plan } from '../reconcile/plan/plan.ts';
import type { Plan } from '../reconcile/plan/types.ts';
import { replaceHosts } from './hosts.ts';

/** The plan of a TeamworkProxy with one HTTPS backend and one TCP backend. */
function planWith(web: object, database: object = { servers: [{ host: 'db.internal', port: 1521 }] }): Plan {
  const admitted = admit({
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'site' },
    spec: {
      frontends: [
        { name: 'web', protocol: 'HTTP', backend: 'web' },
        { name: 'db', protocol: 'TCP', backend: 'db' },
      ],
      backends: [
        { name: 'web', protocol: 'HTTPS', ...web },
        { name: 'db', protocol: 'TCP', ...database },
      ],
    },
  });
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.errors));
  return plan({
    proxy: admitted.resource,
    secrets: new Map(),
    lastGood: new Map(),
    listenerPorts: new Map(),
    addresses: new Map(),
  });
}

const ONE_SERVER = { servers: [{ host: 'twc.internal', port: 8443 }] };
const TWO_SERVERS = { servers: [...ONE_SERVER.servers, { host: 'twc-1.internal', port: 8443 }] };

describe('replaceHosts', () => {
  it('leaves servers alone that were given no address', () => {
    const before = planWith(ONE_SERVER);

    const after = replaceHosts(before, new Map([['other.internal', ['127.0.0.5']]]));

    expect(after.backends).toEqual(before.backends);
  });

  it('replaces a host name and keeps port and weight', () => {
    const plan = planWith(ONE_SERVER, { servers: [{ host: 'db.internal', port: 1521, weight: 3 }] });

    const { backends } = replaceHosts(plan, new Map([['db.internal', ['127.0.0.5']]]));

    expect(backends[1]?.servers).toEqual([{ host: '127.0.0.5', port: 1521, weight: 3 }]);
  });

  it('makes one server of each address of a name', () => {
    const { backends } = replaceHosts(
      planWith(ONE_SERVER),
      new Map([['db.internal', ['127.0.0.5', '127.0.0.6']]]),
    );

    expect(backends[1]?.servers.map(({ host }) => host)).toEqual(['127.0.0.5', '127.0.0.6']);
  });

  it('goes on verifying the name that was replaced', () => {
    const { backends } = replaceHosts(planWith(ONE_SERVER), new Map([['twc.internal', ['127.0.0.5']]]));

    expect(backends[0]?.spec.tls).toEqual({
      verify: 'Chain',
      trust: [],
      pinnedSha256: [],
      serverName: 'twc.internal',
    });
  });

  it('leaves a server name alone that was given', () => {
    const web = { ...ONE_SERVER, tls: { serverName: 'twc.example.com' } };

    const { backends } = replaceHosts(planWith(web), new Map([['twc.internal', ['127.0.0.5']]]));

    expect(backends[0]?.spec.tls?.serverName).toBe('twc.example.com');
  });

  it('refuses servers that are each verified by a name of their own', () => {
    const { refusals } = replaceHosts(planWith(TWO_SERVERS), new Map([['twc.internal', ['127.0.0.5']]]));

    expect(refusals).toEqual([
      expect.objectContaining({ path: 'spec.backends[web].tls.serverName', reason: 'ServerNameNeeded' }),
    ]);
  });

  it('tells of a Service, whose name only its cluster knows', () => {
    const before = planWith(ONE_SERVER, { service: { name: 'db', port: 1521 } });

    const without = replaceHosts(before, new Map());
    const withAddress = replaceHosts(before, new Map([['db.default.svc', ['127.0.0.5']]]));

    expect(without.findings).toContainEqual(
      expect.objectContaining({ path: 'spec.backends[db].service', reason: 'ServiceWithoutCluster' }),
    );
    expect(withAddress.findings).toEqual(before.findings);
    expect(withAddress.backends[1]?.servers).toEqual([{ host: '127.0.0.5', port: 1521 }]);
  });
});
