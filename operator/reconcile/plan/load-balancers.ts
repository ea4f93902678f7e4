import { canonicalAddress } from '../../certificates/address.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';
import { PROVIDERS } from '../render/load-balancers/providers.ts';
import type { Provider } from '../render/load-balancers/types.ts';
import { isLocal } from './local-network.ts';
import { loadBalancerSettings } from './load-balancer-settings.ts';
import type { LoadBalancerSettings } from './load-balancer-settings.ts';

/** What the providers can't be asked for, so that nobody waits for what will never come. */
export function loadBalancerRefusals(
  frontends: readonly FrontendSpec[],
  spec: TeamworkProxySpec,
): readonly Finding[] {
  const wanted = frontends.map((frontend) => ({
    name: frontend.name,
    settings: loadBalancerSettings(spec, frontend),
  }));
  return wanted.flatMap(({ name, settings }, index) => {
    const provider = PROVIDERS[settings.provider];
    const earlier = wanted.slice(0, index).find((other) => sharesAddress(other.settings, settings));
    return [
      ...unsupported(settings, provider),
      ...(earlier === undefined || provider.sharing !== 'None'
        ? []
        : [
            refusal(
              'address',
              'AddressNotShared',
              `${settings.provider} gives each Service an address of its own, and ${earlier.name} asks for the same one; give each its own`,
            ),
          ]),
    ].map(({ field, ...rest }) => ({ path: `spec.frontends[${name}].loadBalancer.${field}`, ...rest }));
  });
}

interface Refusal {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

function unsupported(settings: LoadBalancerSettings, provider: Provider): readonly Refusal[] {
  const { provider: name, address, addressName, scope, sharingKey } = settings;
  return [
    ...(address === undefined ? [] : wrongAddress(name, address, provider)),
    ...(addressName === undefined || provider.addressNames
      ? []
      : [notOf(name, 'addressName', 'AWS, Azure and GCP; ask for the address itself with address')]),
    ...(scope === undefined || provider.scopes
      ? []
      : [notOf(name, 'scope', 'AWS, Azure, GCP and OpenStack; remove it, or set provider')]),
    ...(sharingKey === undefined || provider.sharing === 'Key'
      ? []
      : [notOf(name, 'sharingKey', 'MetalLB and Cilium; remove it, or set provider')]),
  ];
}

function wrongAddress(
  name: LoadBalancerSettings['provider'],
  address: string,
  { addresses }: Provider,
): readonly Refusal[] {
  if (addresses === 'All' || (addresses === 'Internal' && isLocal(address))) return [];
  const what = addresses === 'None' ? 'addresses' : 'public addresses';
  const message = `${name} can't be asked for ${what} by number; reserve one, and give its name with addressName`;
  return [refusal('address', 'AddressNotSupported', message)];
}

function notOf(provider: string, field: string, whose: string): Refusal {
  const message = `provider ${provider} has no ${field}, which is for ${whose}`;
  return refusal(field, 'SettingNotSupported', message);
}

function refusal(field: string, reason: string, message: string): Refusal {
  return { field, reason, message };
}

function sharesAddress(one: LoadBalancerSettings, other: LoadBalancerSettings): boolean {
  if (one.addressName !== undefined && one.addressName === other.addressName) return true;
  if (one.address === undefined || other.address === undefined) return false;
  return canonicalAddress(one.address) === canonicalAddress(other.address);
}
