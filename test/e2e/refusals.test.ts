import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { print } from '../cluster/process/progress.ts';
import { fields, request } from './support/client.ts';
import { readExample } from './support/examples.ts';
import type { ProxyManifest } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import { exportKey } from './support/keytool.ts';
import { applyObjects, applyRefusal, createNamespace, deleteNamespace, kube } from './support/kube.ts';
import {
  addressOf,
  condition,
  podsOf,
  waitForProxy,
  waitUntilFalse,
  waitUntilReady,
  waitUntilServed,
} from './support/proxy.ts';
import type { PodIdentity, Proxy } from './support/proxy.ts';
import { applyKeystore, keystoreSecret } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-refusals';
const { authority, keystore, renewed } = readFixtures();
const example = readExample('teamwork-cloud-layer7.yaml');

type Spec = Readonly<Record<string, unknown>>;

/** The example, with other entries in its specification. */
function withSpec(changes: Spec): ProxyManifest {
  return { ...example, spec: { ...example.spec, ...changes } };
}

/** The example, with other entries in its shorthand. */
function withTeamworkCloud(changes: Spec): ProxyManifest {
  return withSpec({ teamworkCloud: { ...(example.spec['teamworkCloud'] as Spec), ...changes } });
}

/** The example, with its certificate from somewhere else. */
function withCertificate(source: Spec): ProxyManifest {
  return withSpec({ certificates: [{ name: 'public', ...source }] });
}

const tcp = (name: string, loadBalancer: object) => ({
  name,
  protocol: 'TCP',
  backend: 'client',
  loadBalancer,
});

describe('what cannot work', () => {
  let proxy: Proxy;
  let pods: readonly PodIdentity[];

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, example);
    proxy = await waitUntilReady(namespace, 'twc');
    pods = await podsOf(namespace, 'twc');
  });

  afterAll(async () => deleteNamespace(namespace));

  /** What was served before is served on: same address, same certificate authority, same pods, and the servers behind. */
  async function expectServed(): Promise<void> {
    const answer = await request('/webapp', { address: addressOf(proxy, 'web'), trust: authority.rootFile });

    expect(fields(answer)).toMatchObject({ path: '/webapp' });
    expect(await podsOf(namespace, 'twc')).toEqual(pods);
  }

  describe('at once', () => {
    it.each<[string, ProxyManifest, readonly string[]]>([
      [
        'a route to an unknown backend',
        withSpec({
          frontends: [
            {
              name: 'more',
              protocol: 'HTTPS',
              certificates: ['public'],
              routes: [{ paths: ['/x'], backend: 'nowhere' }],
            },
          ],
        }),
        ['spec', 'a backend is named that spec.backends does not have', 'correct the name'],
      ],
      [
        'two frontends that ask for one address and port',
        withSpec({
          frontends: [tcp('a', { address: '172.30.0.140' }), tcp('b', { address: '172.30.0.140' })],
        }),
        ['spec', 'two flows ask for the same address and port', 'give each an address of its own'],
      ],
      [
        'an unknown release',
        withTeamworkCloud({ release: '2027x' }),
        ['spec.teamworkCloud.release', '2027x', '2021x', '2026x'],
      ],
      [
        'port 0',
        withSpec({ frontends: [{ ...tcp('a', {}), port: 0 }] }),
        ['spec.frontends[0].port', 'greater than or equal to 1'],
      ],
    ])('%s is refused, with the place and the way out', async (what, manifest, words) => {
      const message = await applyRefusal(namespace, manifest);

      print(`${what}: ${message}`);
      for (const word of words) expect(message).toContain(word);
      await expectServed();
    });
  });

  describe('as the cluster is', () => {
    it.each<[string, () => Promise<void>, readonly string[]]>([
      [
        'a wrong keystore password',
        async () => applyKeystore(namespace, keystore, 'not the password'),
        ['public', 'password'],
      ],
      [
        'a missing Secret',
        async () => {
          await kube('delete', 'secret', keystoreSecret, `--namespace=${namespace}`);
        },
        ['public', keystoreSecret],
      ],
      [
        'an alias that the keystore does not have',
        async () =>
          applyObjects(
            namespace,
            withCertificate({
              secretRef: { name: keystoreSecret },
              keystore: { passwordRef: { name: keystoreSecret, key: 'password' }, alias: 'nobody' },
            }),
          ),
        ['public', 'nobody', 'teamworkcloud'],
      ],
      [
        'a key that does not match its certificate',
        async () => {
          const data = { 'tls.crt': keystore.chainPem, 'tls.key': await exportKey(renewed) };
          const metadata = { name: 'mismatched' };
          const secret = {
            apiVersion: 'v1',
            kind: 'Secret',
            type: 'kubernetes.io/tls',
            metadata,
            stringData: data,
          };
          await applyObjects(namespace, secret, withCertificate({ secretRef: { name: 'mismatched' } }));
        },
        ['public', 'private key'],
      ],
    ])('%s is a condition, and ends with its cause', async (what, spoil, words) => {
      await spoil();

      const certificates = await waitUntilFalse(namespace, 'twc', 'CertificatesValid');
      print(`${what}: ${certificates.reason}: ${certificates.message}`);
      for (const word of words) expect(certificates.message).toContain(word);
      const { status } = await waitForProxy(namespace, 'twc', ({ status }) =>
        status?.certificates?.[0]?.state === 'LastGood' ? undefined : 'the certificate is not LastGood',
      );
      expect(status?.certificates).toMatchObject([{ name: 'public', fingerprint: keystore.fingerprint }]);
      await expectServed();

      await applyKeystore(namespace, keystore);
      await applyObjects(namespace, example);
      const mended = await waitUntilServed(namespace, 'twc');
      expect(mended.status?.certificates).toMatchObject([{ name: 'public', state: 'Valid' }]);
    });
  });

  it('a flow that asks for an address which the load balancer does not have is told so in its words', async () => {
    const asking = (address: string) => withSpec({ frontends: [tcp('extra', { address })] });

    await applyObjects(namespace, asking('192.0.2.9'));
    const refused = await waitForProxy(namespace, 'twc', (candidate) => {
      const reason = condition(candidate, 'AddressesAssigned')?.reason;
      return reason === 'AddressRefused' ? undefined : `AddressesAssigned has the reason ${reason}`;
    });
    const message = condition(refused, 'AddressesAssigned')?.message ?? '';
    print(message);

    expect(message).toMatch(/extra \(asked for 192\.0\.2\.9\) has no address: .*not allowed/s);
    await expectServed();
    await applyObjects(namespace, asking('172.30.0.150'));
    expect(addressOf(await waitUntilServed(namespace, 'twc'), 'extra')).toBe('172.30.0.150');
    await applyObjects(namespace, example);
    await waitUntilServed(namespace, 'twc');
  });

  it('a new resource whose keystore cannot be read says so, and is served as soon as it can', async () => {
    const other = { ...example, metadata: { name: 'late' } };
    const certificate = {
      secretRef: { name: 'late-keystore' },
      keystore: { passwordRef: { name: 'late-keystore', key: 'password' } },
    };
    const late = {
      ...other,
      spec: { ...withCertificate(certificate).spec, workload: { replicas: 1 } },
    };

    await applyObjects(namespace, late);
    const missing = await waitUntilFalse(namespace, 'late', 'CertificatesValid');
    await applyObjects(namespace, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'late-keystore' },
      data: { 'keystore.p12': readFileSync(keystore.path).toString('base64') },
      stringData: { password: 'correct horse' },
    });
    const served = await waitUntilServed(namespace, 'late');

    expect(missing.message).toContain('late-keystore');
    const answer = await request('/webapp', { address: addressOf(served, 'web'), trust: authority.rootFile });
    expect(answer.status).toBe(200);
  });
});
