import type { TeamworkProxy } from '../api/resource.ts';
import type { ProxyConfig } from '../../proxy-image/config/types.ts';
import type { ConfigMap, KubernetesObject, Pod, Secret, Service } from '../kube/types.ts';
import type { PemPair, PlanInput, SecretData } from './plan/types.ts';
import { generatedSecrets } from './generate.ts';
import { authorityOf } from './render/authority-files.ts';
import { podPaths } from './render/deployment.ts';
import { FRONTEND_LABEL, objectNames } from './render/metadata.ts';
import type { SecretReader } from './secret-reader.ts';
import { assignedAddress } from './service-address.ts';

/** What gathering reads from; implemented by the caches and the client that operator/main.ts wires up. */
export interface ClusterView {
  /** The content of Secrets. */
  readonly secrets: SecretReader;
  /** Every object that belongs to the proxy (owner reference by uid), of all kinds that are rendered. */
  ownedBy(proxy: TeamworkProxy): readonly KubernetesObject[];
  /** LoadBalancer Services of everybody, as far as they can be seen; at most some seconds old. */
  loadBalancers(): Promise<readonly Service[]>;
  /** What a load balancer says of a Service that it gives no address; null if nothing. */
  loadBalancerWarning(service: Service): Promise<string | null>;
  /** The proxy's pods, without those that are being removed. */
  podsOf(proxy: TeamworkProxy): readonly Pod[];
}

/** Everything one pass needs to know, read once. */
export interface Gathered {
  readonly input: PlanInput;
  /** Secrets that the operator itself makes for certificates, as they are to be. */
  readonly generated: readonly Secret[];
  readonly owned: readonly KubernetesObject[];
  readonly pods: readonly Pod[];
}

/** Reads all that a pass needs; nothing after it reads the API, but for what was just applied. */
export async function gather(proxy: TeamworkProxy, cluster: ClusterView, now: Date): Promise<Gathered> {
  const { namespace, name } = proxy.metadata;
  const owned = cluster.ownedBy(proxy);
  const services = servicesOf(owned);
  const names = referencedSecrets(proxy);
  const [served, ...secrets] = await Promise.all([
    cluster.secrets.read({ namespace, name: objectNames.tls(name) }),
    ...names.map((secret) => cluster.secrets.read({ namespace, name: secret })),
  ]);
  const found = new Map(names.flatMap((secret, index) => entry(secret, secrets[index])));
  const common = { proxy, addresses: addresses(services) };
  const generated = generatedSecrets(common, { secrets: found, now });
  // What was just generated is planned with as if it were there: it is written before all else.
  const generatedByName = generated.map((secret) => [secret.metadata?.name ?? '', secret] as const);
  const read = [served, ...secrets].filter((secret) => secret !== undefined);
  return {
    input: {
      ...common,
      secrets: new Map(
        [...found, ...generatedByName].map(([secret, object]) => [secret, decode(object)] as const),
      ),
      lastGood: lastGood(proxy, served),
      listenerPorts: listenerPorts(services, owned),
    },
    generated,
    owned: owned.map((object) => {
      // The view has a Secret's metadata alone; what was read of the same one is the whole.
      const whole = read.find(({ metadata }) => metadata?.uid === object.metadata?.uid);
      return whole === undefined ? object : { ...whole, kind: 'Secret' };
    }),
    pods: cluster.podsOf(proxy),
  };
}

/** Names of the Secrets that a resource refers to, each once. */
export function referencedSecrets({ spec }: TeamworkProxy): readonly string[] {
  const names = spec.certificates.flatMap(({ secretRef, keystore }) => [
    secretRef.name,
    ...(keystore?.passwordRef === undefined ? [] : [keystore.passwordRef.name]),
  ]);
  return [...new Set([...names, ...spec.authorities.map(({ secretRef }) => secretRef.name)])];
}

/** The Services among a proxy's objects, by name of their frontend. */
export function servicesOf(owned: readonly KubernetesObject[]): ReadonlyMap<string, Service> {
  const services = owned.filter((object): object is Service => object.kind === 'Service');
  return new Map(
    services.flatMap((service) => {
      const frontend = service.metadata?.labels?.[FRONTEND_LABEL];
      return frontend === undefined ? [] : [[frontend, service] as const];
    }),
  );
}

function entry(name: string, secret: Secret | undefined): readonly (readonly [string, Secret])[] {
  return secret === undefined ? [] : [[name, secret]];
}

function decode(secret: Secret): SecretData {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  );
}

/** What the proxy's own Secret holds, unless somebody else's Secret has that name. */
function lastGood(proxy: TeamworkProxy, served: Secret | undefined): ReadonlyMap<string, PemPair> {
  if (served?.metadata?.ownerReferences?.some(({ uid }) => uid === proxy.metadata.uid) !== true)
    return new Map();
  const data = decode(served);
  const authorities = [...data].flatMap(([file, pem]) => {
    const name = authorityOf(file);
    return name === null ? [] : [[name, { chainPem: pem.toString('utf8'), keyPem: null }] as const];
  });
  const certificates = proxy.spec.certificates.flatMap(({ name }) => {
    const chain = data.get(`${name}.crt`);
    const key = data.get(`${name}.key`);
    if (chain === undefined || key === undefined) return [];
    return [[name, { chainPem: chain.toString('utf8'), keyPem: key.toString('utf8') }] as const];
  });
  return new Map<string, PemPair>([...authorities, ...certificates]);
}

function addresses(services: ReadonlyMap<string, Service>): ReadonlyMap<string, string> {
  return new Map(
    [...services].flatMap(([frontend, service]) => {
      const address = assignedAddress(service);
      return address === undefined ? [] : [[frontend, address] as const];
    }),
  );
}

/**
 * Ports that frontends have by their Services. While one is being replaced, what the pods serve tells its port, so that the listener stays
 * where it is.
 */
function listenerPorts(
  services: ReadonlyMap<string, Service>,
  owned: readonly KubernetesObject[],
): ReadonlyMap<string, number> {
  const byService = [...services].flatMap(([frontend, service]) => {
    const target = service.spec?.ports?.[0]?.targetPort;
    return typeof target === 'number' ? [[frontend, target] as const] : [];
  });
  return new Map([...servedPorts(owned), ...byService]);
}

function servedPorts(owned: readonly KubernetesObject[]): readonly (readonly [string, number])[] {
  const texts = owned.flatMap((object) => {
    const text = object.kind === 'ConfigMap' ? (object as ConfigMap).data?.[podPaths.configKey] : undefined;
    return text === undefined ? [] : [text];
  });
  return texts.flatMap((text) => {
    try {
      const { frontends } = JSON.parse(text) as ProxyConfig;
      return frontends.map(({ name, port }) => [name, port] as const);
    } catch {
      // Somebody has changed it; it is put right in this pass.
      return [];
    }
  });
}
