import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HORIZONTAL_POD_AUTOSCALERS, PODS, SECRETS } from '../../../operator/kube/resources.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import type { Rendered } from '../../chart/helm.ts';
import { openAuditLog } from '../../support/audit-log.ts';
import type { AuditLog, AuditedRequest } from '../../support/audit-log.ts';
import { eventually } from '../../support/eventually.ts';
import { serveResource } from '../api/api-server.ts';
import { createTestNamespace } from '../kube/cluster.ts';
import type { TestNamespace } from '../kube/cluster.ts';
import { installChartAccount } from './chart-account.ts';
import type { ChartAccount } from './chart-account.ts';
import { startOperator } from './operator.ts';
import type { OperatorProcess } from './operator.ts';
import { siteIn } from './site.ts';
import type { Site } from './site.ts';

/**
 * What is asked for without a request of its own: to make an owner reference that blocks the owner's deletion takes this permission, where
 * the admission plugin OwnerReferencesPermissionEnforcement is on, as it is here. Without it everything would be refused.
 */
const ASKED_FOR_BY_ADMISSION = ['teamworkproxy.io/teamworkproxies/finalizers update'];

/** An event that is repeated is written at most once a minute. */
const REPEATED_EVENT_MS = 120_000;

const CLOUD = {
  release: '2026x',
  topology: 'Layer4',
  hostname: 'twc.example.com',
  servers: [{ host: '192.0.2.1' }],
};

/** All kinds of objects that there are. */
const EVERYTHING = {
  teamworkCloud: { ...CLOUD, addresses: { client: '192.0.2.10' } },
  certificates: [{ name: 'public', secretRef: { name: 'all-made' }, generate: {} }],
  networkPolicy: { egress: 'BackendsOnly', adminNamespaces: ['monitoring'] },
  workload: { autoscaling: { minReplicas: 2, maxReplicas: 4 } },
};

/** Of the kinds that need not be, none. */
const LITTLE = {
  frontends: [{ name: 'plain', protocol: 'TCP', backend: 'client' }],
  backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }] }],
  networkPolicy: { mode: 'Off' },
  workload: { replicas: 1 },
};

jest.setTimeout(REPEATED_EVENT_MS + 60_000);

let test: TestNamespace;
let account: ChartAccount;
let log: AuditLog;
let operator: OperatorProcess;
let site: Site;

beforeAll(async () => {
  const controlPlane = await startControlPlane();
  (await serveResource(controlPlane)).close();
  test = await createTestNamespace('permissions');
  account = await installChartAccount(controlPlane, test.namespace);
  log = openAuditLog(
    controlPlane.auditLog ?? 'KUBE_AUDIT_LOG is not set',
    ({ user }) => user.username === account.username,
  );
  const { kubeconfig } = await account.holder('operator');
  operator = await startOperator(test.namespace, { kubeconfig });
  site = siteIn(test, operator);
}, 60_000);

afterAll(async () => {
  await operator?.stop();
  await account?.release();
  await test?.release();
});

/** As RBAC has them: `group/resource verb`, with the subresource behind the resource. */
function granted(objects: readonly Rendered[]): readonly string[] {
  const bound = objects.flatMap(({ roleRef }) => (roleRef === undefined ? [] : [roleRef.name]));
  const rules = objects
    .filter(({ metadata }) => bound.includes(metadata.name))
    .flatMap(({ rules = [] }) => rules);
  return sorted(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
      ),
    ),
  );
}

function used(requests: readonly AuditedRequest[]): readonly string[] {
  return sorted(
    requests.flatMap(({ objectRef, verb, responseStatus }) => {
      const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
      const what = [apiGroup, resource, ...(subresource === undefined ? [] : [subresource])].join('/');
      // An apply of what is not there is a creation, for which the API server asks as well.
      const verbs = verb === 'patch' && responseStatus?.code === 201 ? ['create', 'patch'] : [verb];
      return verbs.map((one) => `${what} ${one}`);
    }),
  );
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list)].toSorted();
}

async function driveEverything(): Promise<void> {
  await site.applyProxy('all', EVERYTHING);
  await eventually('the autoscaler', () =>
    test.client.get(HORIZONTAL_POD_AUTOSCALERS, { namespace: test.namespace, name: 'all' }),
  );
  // Twice there and back: the same event twice.
  for (const address of ['192.0.2.20', '192.0.2.21', '192.0.2.20', '192.0.2.21']) {
    await site.assign('all-client', address);
    await site.until('all', `an address ${address}`, ({ status }) =>
      Boolean(status?.frontends?.some((frontend) => frontend.address === address)),
    );
  }
  await eventually('pods', async () => {
    const { items } = await test.client.list(PODS, { namespace: test.namespace });
    return items.length > 0 || undefined;
  });
  await site.applyProxy('all', LITTLE);
  await eventually('an end of what was generated', async () => {
    const secret = await test.client.get(SECRETS, { namespace: test.namespace, name: 'all-made' });
    return secret === undefined || undefined;
  });
  await eventually(
    'a count of an event',
    async () => {
      const events = await site.events('all');
      return events.some(({ series }) => series !== undefined) || undefined;
    },
    REPEATED_EVENT_MS,
  );
}

describe('the permissions that the chart gives', () => {
  it('are those that the operator uses, no more and no fewer', async () => {
    await driveEverything();

    const requests = log.requests();
    const refused = requests.filter(
      ({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow',
    );
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
    expect(sorted([...used(requests), ...ASKED_FOR_BY_ADMISSION])).toEqual(granted(account.objects));
  });

  it('are asked for by a client that says who it is', () => {
    const agents = new Set(log.requests().map(({ userAgent }) => userAgent));

    expect([...agents]).toEqual([expect.stringMatching(/^teamwork-proxy-operator\/\d+\.\d+\.\d+$/)]);
  });
});

describe('the permissions in the namespaces that are looked after alone', () => {
  it('are enough there, and nothing is asked for elsewhere', async () => {
    const controlPlane = await startControlPlane();
    const own = await createTestNamespace('own');
    const one = await createTestNamespace('one');
    const other = await createTestNamespace('other');
    const watch = [one.namespace, other.namespace];
    const values = { watchNamespaces: watch, rbac: { aggregate: false } };
    const limited = await installChartAccount(controlPlane, own.namespace, values);
    const asked = openAuditLog(
      controlPlane.auditLog ?? 'KUBE_AUDIT_LOG is not set',
      ({ user }) => user.username === limited.username,
    );
    const { kubeconfig } = await limited.holder('operator');
    const process = await startOperator(own.namespace, { kubeconfig, watch });

    for (const place of [one, other]) {
      const there = siteIn(place, process);
      await there.applyProxy('all', EVERYTHING);
      await there.until('all', 'three flows', ({ status }) => status?.frontends?.length === 3);
    }
    const requests = asked.requests();
    await process.stop();
    await limited.release();
    for (const place of [own, one, other]) await place.release();

    const refused = requests.filter(
      ({ annotations }) => annotations?.['authorization.k8s.io/decision'] !== 'allow',
    );
    const kinds = limited.objects.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
    expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
    expect(sorted(requests.map(({ objectRef }) => objectRef?.namespace ?? 'none'))).toEqual(
      sorted([own.namespace, ...watch]),
    );
  });
});
