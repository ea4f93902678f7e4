import type { Infer } from './schema/builder.ts';
import type { TeamworkProxySpec } from './spec/spec.ts';
import type { statusSchema } from './status.ts';

export const GROUP = 'teamworkproxy.io';
export const VERSION = 'v1alpha1';
export const KIND = 'TeamworkProxy';
export const PLURAL = 'teamworkproxies';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** A TeamworkProxy as the API server has it: defaults are filled in. */
export interface TeamworkProxy {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: typeof KIND;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: TeamworkProxySpec;
  readonly status?: Infer<typeof statusSchema>;
}
