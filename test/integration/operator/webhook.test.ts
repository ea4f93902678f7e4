/** Where every Service has to be seen by an admission webhook, as with some load balancers' controllers, and nobody answers for it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DEPLOYMENTS, SERVICES } from '../../../operator/kube/resources.ts';
import type { Resource } from '../../../operator/kube/resources.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const WEBHOOKS: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
} as const;

const SPEC = {
  frontends: [{ name: 'client', protocol: 'TCP', backend: 'client' }],
  backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10_002 }] }],
};

let site: Site;
let webhook: KubernetesObject | undefined;

beforeAll(async () => {
  site = await openSite('webhook');
  const object = unanswered(`services-of-${site.namespace}`, site.namespace);
  webhook = await site.client.apply(WEBHOOKS, object, { fieldManager: 'test' });
  await eventually('a Service that is refused', refusedService);
}, 120_000);

afterAll(async () => {
  await removeWebhook();
  await site?.release();
}, 60_000);

async function removeWebhook(): Promise<void> {
  const { name = '', uid = '' } = webhook?.metadata ?? {};
  await site?.client.delete(WEBHOOKS, { name }, { uid });
}

/** The API server asks a new webhook only when it has heard of it. */
async function refusedService(): Promise<unknown> {
  const metadata = { namespace: site.namespace, generateName: 'probe-' };
  const spec = { type: 'ExternalName' as const, externalName: 'example.com' };
  try {
    await site.client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata, spec });
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A webhook for the Services of a namespace, at a port of this host that nobody listens on. */
function unanswered(name: string, namespace: string): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'services.example.com',
        clientConfig: { url: 'https://127.0.0.1:9/' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['services'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  } as KubernetesObject;
}

it('says whose answer is missing, makes all else, and the Service once there is one', async () => {
  await site.applyProxy('hooked', SPEC);
  const { status } = await site.until(
    'hooked',
    'a refusal',
    (_, condition) => condition('Accepted')?.status === 'False',
  );

  expect(status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({
    reason: 'ObjectRefused',
    message: expect.stringMatching(
      /^spec: the API server refuses Service hooked-client: .*"services\.example\.com".*; it is tried again now and then\./,
    ),
  });
  const { namespace } = site;
  expect(await site.client.get(DEPLOYMENTS, { namespace, name: 'hooked' })).toBeDefined();

  await removeWebhook();
  await site.until('hooked', 'no refusal', (_, condition) => condition('Accepted')?.status === 'True');
  expect(await site.client.get(SERVICES, { namespace, name: 'hooked-client' })).toBeDefined();
}, 120_000);
