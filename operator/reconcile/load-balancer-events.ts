import type { Clock } from '../kube/clock.ts';
import { appliedBy } from '../kube/managed-fields.ts';
import type { Event, Service } from '../kube/types.ts';

/** What load balancers say of Services that they give no address. Whoever else warns of a Service says nothing about its address. */
export interface LoadBalancerEvents {
  /** The newest warning about a Service since it was written last; null if there is none. */
  warningAbout(service: Service): Promise<string | null>;
}

export interface LoadBalancerEventsOptions {
  /** Warnings about all Services of a namespace. */
  readonly list: (namespace: string) => Promise<readonly Event[]>;
  readonly clock: Clock;
  /** Who writes the specification of the Services. */
  readonly fieldManager: string;
}

/** A load balancer answers at once; nobody is asked before it has had time to, in milliseconds. */
const FIRST_LOOK_MS = 1000;

/** After this time without an address, in milliseconds, nothing new is expected but the address itself, which the Service tells. */
const LAST_LOOK_MS = 120_000;

/** By how much the clock of a load balancer may be behind that of the API server, in milliseconds. */
const SKEW_MS = 5000;

/** Who else warns about Services: parts of Kubernetes that see to cluster addresses, node ports and endpoints, and mostly mend at once what they warn of. */
const OTHERS: ReadonlySet<string> = new Set([
  'ipallocator-repair-controller',
  'portallocator-repair-controller',
  'endpoint-controller',
  'endpoint-slice-controller',
  'endpoint-slice-mirroring-controller',
  'kube-proxy',
]);

interface Answer {
  readonly written: number;
  readonly at: number;
  /** Wait before the next look, in milliseconds; doubles with each. */
  readonly pause: number;
  readonly said: string | null;
}

/**
 * Looks for warnings now and then for as long as a Service is new: events can't be watched for long, as the API server keeps no cache of them, and
 * a Service that waits for ever must not cost requests for ever.
 */
export function createLoadBalancerEvents({
  list,
  clock,
  fieldManager,
}: LoadBalancerEventsOptions): LoadBalancerEvents {
  const answers = new Map<string, Answer>();

  function forgetOld(): void {
    for (const [uid, { at }] of answers) if (clock.now() - at > 10 * LAST_LOOK_MS) answers.delete(uid);
  }

  return {
    async warningAbout(service) {
      const { uid = '', namespace = '' } = service.metadata ?? {};
      const now = clock.now();
      const written = writtenAt(service, fieldManager);
      const last = answers.get(uid);
      if (now - written < FIRST_LOOK_MS) return null;
      const isSame = last?.written === written;
      if (isSame && (now - last.at < last.pause || last.at - written > LAST_LOOK_MS)) return last.said;
      forgetOld();
      const said = newestWarning(await list(namespace), uid, written);
      const pause = isSame ? last.pause * 2 : FIRST_LOOK_MS;
      answers.set(uid, { written, at: now, pause, said });
      return said;
    },
  };
}

/** When the specification was written last, in milliseconds since 1970. */
function writtenAt(service: Service, fieldManager: string): number {
  const { time = service.metadata?.creationTimestamp } = appliedBy(service, fieldManager) ?? {};
  return Date.parse(time ?? '') || 0;
}

function newestWarning(events: readonly Event[], uid: string, since: number): string | null {
  const [newest] = events
    .filter(({ type, regarding }) => type === 'Warning' && regarding?.uid === uid)
    .filter((event) => !OTHERS.has(reporterOf(event)))
    .filter((event) => timeOf(event) >= since - SKEW_MS)
    .toSorted((one, other) => timeOf(other) - timeOf(one));
  return newest?.note?.trim().replace(/\.$/, '') || null;
}

function reporterOf({ reportingController, deprecatedSource }: Event): string {
  return reportingController || deprecatedSource?.component || '';
}

/** Controllers write events in the older way or the newer one, which have their times in different places. */
function timeOf({ series, deprecatedLastTimestamp, eventTime, metadata }: Event): number {
  const time =
    series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '';
  return Date.parse(time) || 0;
}
