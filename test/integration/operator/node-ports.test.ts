/** On an API server with fewer node ports than flows want: three, of which each Service takes two. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SERVICES } from '../../../operator/kube/resources.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const NAMES = ['one', 'two'];

const SPEC = {
  frontends: NAMES.map((name) => ({ name, protocol: 'TCP', backend: 'client' })),
  backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10_002 }] }],
};

const shared = { ...process.env };
let controlPlane: ControlPlane;
let site: Site;

beforeAll(async () => {
  delete process.env['USE_EXISTING_CLUSTER'];
  controlPlane = await startControlPlane({ nodePorts: '30000-30002' });
  process.env['USE_EXISTING_CLUSTER'] = 'true';
  process.env['KUBECONFIG'] = controlPlane.kubeconfig;
  site = await openSite('node-ports');
}, 120_000);

afterAll(async () => {
  await site?.release();
  await controlPlane?.stop();
  process.env['USE_EXISTING_CLUSTER'] = shared['USE_EXISTING_CLUSTER'];
  process.env['KUBECONFIG'] = shared['KUBECONFIG'];
}, 60_000);

it('says which Service there is no node port for and what to do, serves the others, and goes on when there is one', async () => {
  await site.applyProxy('crowded', SPEC);
  const { status } = await site.until(
    'crowded',
    'a refusal',
    (_, condition) => condition('Accepted')?.status === 'False',
  );

  const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
  expect(accepted?.reason).toBe('ObjectRefused');
  const [, refused = ''] =
    /^spec: the API server refuses Service crowded-(one|two): .*range is full; .*--service-node-port-range/.exec(
      accepted?.message ?? '',
    ) ?? [];
  expect(NAMES).toContain(refused);
  const { items } = await site.client.list(SERVICES, { namespace: site.namespace });
  expect(items.map(({ metadata }) => metadata?.name)).toEqual(
    NAMES.filter((name) => name !== refused).map((name) => `crowded-${name}`),
  );

  await site.applyProxy('crowded', { ...SPEC, frontends: SPEC.frontends.slice(0, 1) });
  await site.until('crowded', 'no refusal', (_, condition) => condition('Accepted')?.status === 'True');
}, 120_000);
