import { distinct, trustAnchor, trustStores } from '../../certificates/client-trust.ts';
import type { NamedAnchor } from '../../certificates/client-trust.ts';
import type { ConfigMap, Secret } from '../../kube/types.ts';
import type { Flow, Plan } from '../plan/types.ts';
import { authorityFile } from './authority-files.ts';
import { renderConfig, serializeConfig, servedCertificates, trustedAuthorities } from './config.ts';
import type { ListenerAddress } from './config.ts';
import { podPaths } from './deployment.ts';
import { objectNames, ownedMetadata } from './metadata.ts';
import { loadBalancerOf } from './service.ts';

/** The ConfigMap with the proxy's configuration, and the configuration's hash. */
export function renderConfigMap(plan: Plan): { readonly object: ConfigMap; readonly hash: string } {
  const { proxy } = plan;
  const config = renderConfig(
    plan,
    (flow) => ({
      address: '::',
      port: flow.listenerPort,
      publicPort: flow.frontend.port,
      ...visibleRanges(plan, flow),
    }),
    podPaths,
  );
  const { text, hash } = serializeConfig(config);
  const object: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(proxy, objectNames.config(proxy.metadata.name)),
    data: { [podPaths.configKey]: text },
  };
  return { object, hash };
}

/**
 * The ranges that the pods can hold clients to. With externalTrafficPolicy Cluster they see a node's address in the place of the client's,
 * unless every connection begins with a PROXY header.
 */
function visibleRanges(plan: Plan, flow: Flow): Pick<ListenerAddress, 'sourceRanges'> {
  const { sourceRanges, externalTrafficPolicy } = loadBalancerOf(plan, flow);
  const visible = externalTrafficPolicy !== 'Cluster' || flow.frontend.proxyProtocol.accept === 'Required';
  return sourceRanges === undefined || !visible ? {} : { sourceRanges };
}

/** The Secret with PEM chains and keys, `<certificate>.crt` and `<certificate>.key`, and the files of authorities. */
export function renderTlsSecret(plan: Plan): Secret {
  const { proxy } = plan;
  const files = servedCertificates(plan.certificates).flatMap(({ name, material }) => [
    [`${name}.crt`, base64(material.chainPem)],
    [`${name}.key`, base64(material.keyPem)],
  ]);
  const trusted = trustedAuthorities(plan.authorities).map(({ name, authorities }) => [
    authorityFile(name, authorities),
    base64(authorities.pem),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: ownedMetadata(proxy, objectNames.tls(proxy.metadata.name)),
    data: Object.fromEntries([...files, ...trusted]) as Record<string, string>,
  };
}

/**
 * The ConfigMap with what clients need in order to trust the flows; null where no certificate is served. Of each certificate, what its chain ends at:
 * `<certificate>.crt` and `<certificate>.der`, all of them in `trust.pem`, and for Java clients in `cert.jks` and `truststore.p12`. `fingerprints` has
 * the SHA-256 of that and of the served certificate, for clients that pin.
 */
export function renderClientTrust(plan: Plan): ConfigMap | null {
  const { proxy } = plan;
  const anchors = servedCertificates(plan.certificates).map(({ name, material }) => ({
    name,
    anchor: trustAnchor(material),
  }));
  if (anchors.length === 0) return null;
  const { jks, p12 } = trustStores(anchors);
  const distinctPems = distinct(anchors).map(({ anchor }) => anchor.crtPem);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(proxy, objectNames.clientTrust(proxy.metadata.name)),
    data: {
      ...Object.fromEntries(anchors.map(({ name, anchor }) => [`${name}.crt`, anchor.crtPem])),
      'trust.pem': distinctPems.join(''),
      fingerprints: anchors.map(fingerprintLines).join(''),
    },
    binaryData: {
      ...Object.fromEntries(
        anchors.map(({ name, anchor }) => [`${name}.der`, anchor.crtDer.toString('base64')]),
      ),
      'cert.jks': jks.toString('base64'),
      'truststore.p12': p12.toString('base64'),
    },
  };
}

function fingerprintLines({ name, anchor }: NamedAnchor): string {
  return `${name} served: ${anchor.fingerprint}\n${name} anchor: ${anchor.anchorFingerprint}\n`;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
