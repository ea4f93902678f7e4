import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACES, PODS } from '../../../operator/kube/resources.ts';
import type { Pod } from '../../../operator/kube/types.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { isWrite, openAuditLog } from '../../support/audit-log.ts';
import type { AuditLog, AuditedRequest } from '../../support/audit-log.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const SPEC = {
  teamworkCloud: {
    release: '2026x',
    topology: 'Layer4',
    hostname: 'twc.example.com',
    servers: [{ host: '192.0.2.1' }],
  },
  workload: { replicas: 3 },
};

/** What is waited for may take long where much else runs. */
jest.setTimeout(120_000);

let site: Site;
let log: AuditLog;

beforeAll(async () => {
  const { auditLog = 'KUBE_AUDIT_LOG is not set' } = await startControlPlane();
  site = await openSite('quiet');
  log = openAuditLog(
    auditLog,
    ({ objectRef, userAgent = '' }) =>
      objectRef?.namespace === site.namespace && userAgent.startsWith('teamwork-proxy-operator/'),
  );
}, 60_000);

afterAll(async () => {
  await site?.release();
});

function statusWrites(name: string): readonly AuditedRequest[] {
  return log
    .requests()
    .filter(({ objectRef }) => objectRef?.name === name && objectRef.subresource === 'status')
    .filter(isWrite);
}

async function podsOf(name: string): Promise<readonly Pod[]> {
  const { items } = await site.client.list(PODS, {
    namespace: site.namespace,
    labelSelector: `app.kubernetes.io/instance=${name}`,
  });
  return items;
}

/** What a kubelet reports of a pod that it starts, one step after the other. */
const STEPS = ['ErrImagePull', 'ImagePullBackOff', 'ContainerCreating', 'PodInitializing', 'Starting'];

async function report(pod: Pod, reason: string): Promise<void> {
  const waiting = { reason, message: `${reason} ${pod.metadata?.name}` };
  const containerStatuses = [
    { name: 'proxy', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting } },
  ];
  await site.client.applyStatus(
    PODS,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: site.namespace, name: pod.metadata?.name },
      status: { phase: 'Pending', containerStatuses },
    } as Pod,
    { fieldManager: 'kubelet' },
  );
}

describe('a resource that comes into being', () => {
  it('gets few writes of its status, whatever happens to its pods and Services meanwhile', async () => {
    await site.applyProxy('fresh', SPEC);
    const pods = await eventually('three pods', async () => {
      const found = await podsOf('fresh');
      return found.length === 3 ? found : undefined;
    });

    let changes = 0;
    for (const step of STEPS) {
      for (const pod of pods) await report(pod, step);
      changes += pods.length;
    }
    for (const [index, flow] of ['webapp', 'rest', 'client'].entries())
      await site.assign(`fresh-${flow}`, `192.0.2.${index + 21}`);
    await site.until(
      'fresh',
      'what there is in the end',
      (_, condition) =>
        condition('AddressesAssigned')?.status === 'True' &&
        (condition('Programmed')?.message ?? '').split('Starting').length > pods.length,
    );

    const writes = statusWrites('fresh');
    const times = writes.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp));
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(changes).toBe(15);
    // Four a second at most, and the first one.
    expect(writes.length).toBeLessThanOrEqual(2 + took / 250);
    expect(writes.length).toBeLessThan(changes / 2);
  });
});

describe('a namespace that is removed', () => {
  it('is left without a complaint', async () => {
    const doomed = site.namespace;
    await site.applyProxy('doomed', SPEC);
    await site.until('doomed', 'its flows', ({ status }) => status?.frontends?.length === 3);
    const logged = site.operator.log.length;
    const namespace = await site.client.get(NAMESPACES, { name: doomed });

    await site.client.delete(NAMESPACES, { name: doomed }, { uid: namespace?.metadata?.uid ?? '' });
    await eventually(
      'the end of the namespace',
      async () => ((await site.client.get(NAMESPACES, { name: doomed })) === undefined ? true : undefined),
      60_000,
    );

    const said = site.operator.log
      .slice(logged)
      .map((line) => JSON.parse(line) as { level: number; msg: string; err?: { message: string } });
    // This operator's own Lease was in there.
    const complaints = said.filter(({ level, msg }) => level >= 40 && !msg.startsWith('The Lease'));
    expect(complaints.map(({ msg, err }) => `${msg}: ${err?.message}`)).toEqual([]);
    const refused = log.requests().filter(({ responseStatus }) => responseStatus?.code === 403);
    expect(refused.filter(({ objectRef }) => objectRef?.resource === 'events')).toEqual([]);
  });
});
