import { isIP } from 'node:net';
import { canonicalAddress } from '../certificates/address.ts';
import type { Service } from '../kube/types.ts';

/** Address or host name that the load balancer gave a Service; undefined until there is one. */
export function assignedAddress(service: Service | undefined): string | undefined {
  const [ingress] = service?.status?.loadBalancer?.ingress ?? [];
  return ingress?.ip ?? ingress?.hostname;
}

/** Whether the load balancer gave a Service this address, however it is spelled, among others or alone. */
export function hasAddress(service: Service | undefined, address: string): boolean {
  const ingress = service?.status?.loadBalancer?.ingress ?? [];
  return ingress.some(({ ip = '' }) => isIP(ip) !== 0 && canonicalAddress(ip) === canonicalAddress(address));
}
