import { expand } from '../api/presets/expand.ts';
import type { TeamworkProxy } from '../api/resource.ts';
import type { CertificateSpec } from '../api/spec/certificate.ts';
import { canonicalAddress } from '../certificates/address.ts';
import { renewIfNeeded } from '../certificates/self-issued.ts';
import type { SelfIssued } from '../certificates/self-issued.ts';
import { controllerOf } from '../kube/objects.ts';
import type { Secret } from '../kube/types.ts';
import { publicName } from './plan/public-name.ts';
import type { PlanInput } from './plan/types.ts';
import { ownedMetadata } from './render/metadata.ts';
import { milliseconds } from './units.ts';

interface GenerateContext {
  /** Secrets that the resource names, as they are. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly now: Date;
}

/**
 * The Secrets that the operator makes for certificates with `generate`: new ones, those that were renewed, and those that stay as they are. A Secret that is not
 * ours is left alone, and used as it is.
 */
export function generatedSecrets(
  { proxy, addresses }: Pick<PlanInput, 'proxy' | 'addresses'>,
  { secrets, now }: GenerateContext,
): readonly Secret[] {
  return proxy.spec.certificates.flatMap((spec) => {
    const { generate, secretRef } = spec;
    if (generate === undefined) return [];
    const live = secrets.get(secretRef.name);
    if (live !== undefined && controllerOf(live)?.uid !== proxy.metadata.uid) return [];
    // Without the authority's key, somebody has put a certificate of his own there.
    if (live !== undefined && live.data?.['ca.key'] === undefined) return [secretOf(proxy, spec, live.data)];
    const issued = renewIfNeeded(live === undefined ? null : selfIssued(live), {
      authorityName: `${proxy.metadata.name} ${spec.name}`.slice(0, 64),
      names: namesOf(proxy, spec.name, addresses),
      keyType: generate.keyType,
      lifetime: milliseconds(generate.lifetime),
      now,
    });
    return [secretOf(proxy, spec, encode(issued))];
  });
}

/** All names of the frontends that use a certificate, and the addresses of those without a name. */
function namesOf(
  { spec }: TeamworkProxy,
  certificate: string,
  addresses: ReadonlyMap<string, string>,
): readonly string[] {
  const users = expand(spec).frontends.filter(({ certificates }) => certificates.includes(certificate));
  const names = users.flatMap((frontend) => {
    const { name, hostnames, loadBalancer } = frontend;
    const given = [...hostnames, ...(loadBalancer.hostname === undefined ? [] : [loadBalancer.hostname])];
    const address = addresses.get(name) ?? loadBalancer.address;
    if (publicName(frontend) !== undefined || given.length > 0 || address === undefined) return given;
    return [canonicalAddress(address)];
  });
  return [...new Set(names)];
}

function selfIssued({ data }: Secret): SelfIssued {
  const text = (key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString('utf8');
  return {
    chainPem: text('tls.crt'),
    keyPem: text('tls.key'),
    authorityPem: text('ca.crt'),
    authorityKeyPem: text('ca.key'),
  };
}

function encode({ chainPem, keyPem, authorityPem, authorityKeyPem }: SelfIssued): Secret['data'] {
  const base64 = (pem: string): string => Buffer.from(pem, 'utf8').toString('base64');
  return {
    'tls.crt': base64(chainPem),
    'tls.key': base64(keyPem),
    'ca.crt': base64(authorityPem),
    'ca.key': base64(authorityKeyPem),
  };
}

function secretOf(proxy: TeamworkProxy, { secretRef }: CertificateSpec, data: Secret['data']): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: ownedMetadata(proxy, secretRef.name),
    ...(data === undefined ? {} : { data }),
  };
}
