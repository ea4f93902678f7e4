import { defaulted, object, oneOf, setOf } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { cidr, entryName } from './scalars.ts';

export const networkPolicySchema = object({
  mode: defaulted(
    oneOf('Managed', 'Off'),
    'Managed',
    'Managed: a NetworkPolicy lets clients in to the flows, and whoever adminNamespaces says in to metrics and status. Off: there is none.',
  ),
  adminNamespaces: defaulted(
    setOf(entryName(), { maxItems: 16 }),
    [],
    'Namespaces whose pods may ask for metrics and status, beside the operator. Default: all.',
  ),
  egress: defaulted(
    oneOf('Open', 'BackendsOnly'),
    'Open',
    'BackendsOnly: the pods reach nothing but DNS and the servers of the backends: those with an address, those behind a Service of the cluster, and those with a name as far as egressRanges has them.',
  ),
  egressRanges: defaulted(
    setOf(cidr(), { maxItems: 64 }),
    [],
    'With BackendsOnly: ranges that servers with a DNS name are in.',
  ),
});

/** Who reaches the pods, and what they reach. */
export type NetworkPolicySpec = Infer<typeof networkPolicySchema>;
