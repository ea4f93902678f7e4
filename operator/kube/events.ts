import { createHash } from 'node:crypto';
import { isNamespaceTerminating } from './client/errors.ts';
import type { KubeClient } from './client/kube-client.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './log.ts';
import { EVENTS } from './resources.ts';
import { formatMicroTime } from './time.ts';
import type { Event, KubernetesObject, ObjectKey } from './types.ts';

/** Something that people should see in `kubectl describe`. */
export interface EventDraft {
  /** The object that it is about. */
  readonly regarding: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  /** Why, in one CamelCase word. */
  readonly reason: string;
  /** What was done or tried, in one CamelCase word. */
  readonly action: string;
  readonly note: string;
}

/** Records events, best effort: nobody waits for one, and one that can't be written is only logged. */
export interface EventRecorder {
  record(draft: EventDraft): void;
  /** Resolves when no request and no timer is left. */
  stop(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Name of the controller, such as `example.com/widget-controller`. */
  readonly controller: string;
  /** Which of its instances this is. */
  readonly instance: string;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** An event that is repeated within this time, in milliseconds, is counted in the one before instead, as client-go does. */
const SERIES_TIME = 360_000;

/** A series is written at most once in this time, in milliseconds. */
const WRITE_INTERVAL = 60_000;

/** How many series are remembered. */
const MAX_SERIES = 500;

/** Longest note that the API server takes, in characters of one byte. */
const MAX_NOTE = 1024;

/** Equal events, written as one with a count. */
interface Series {
  readonly key: ObjectKey;
  /** Whether the first of them could be written. */
  readonly exists: Promise<boolean>;
  count: number;
  last: number;
  writtenAt: number;
  /** Set while a write of the count is due. */
  cancelWrite: (() => void) | undefined;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, log, clock = systemClock } = options;
  const series = new Map<string, Series>();
  const writes = new Set<Promise<boolean>>();

  async function write(request: Promise<unknown>): Promise<boolean> {
    try {
      await request;
      return true;
    } catch (error) {
      const level = isNamespaceTerminating(error) ? 'debug' : 'warn';
      log[level]({ err: error }, 'An event could not be written');
      return false;
    }
  }

  function track(writing: Promise<boolean>): Promise<boolean> {
    writes.add(writing);
    void writing.then(() => writes.delete(writing));
    return writing;
  }

  function begin(id: string, draft: EventDraft): Series {
    const now = clock.monotonic();
    const event = render(draft, id, { ...options, now: new Date(clock.now()) });
    const exists = track(write(client.create(EVENTS, event)));
    const { namespace = '', name = '' } = event.metadata ?? {};
    return { key: { namespace, name }, exists, count: 1, last: now, writtenAt: now, cancelWrite: undefined };
  }

  async function writeCount(id: string, one: Series): Promise<boolean> {
    one.cancelWrite = undefined;
    one.writtenAt = clock.monotonic();
    if (!(await one.exists)) return false;
    const counted = { count: one.count, lastObservedTime: formatMicroTime(new Date(clock.now())) };
    const isWritten = await write(client.patch(EVENTS, one.key, { series: counted }));
    // It may be gone: events are kept for an hour. Then the next of its kind is written as the first.
    if (!isWritten) series.delete(id);
    return isWritten;
  }

  function repeat(id: string, one: Series): void {
    one.count += 1;
    one.last = clock.monotonic();
    const wait = Math.max(0, one.writtenAt + WRITE_INTERVAL - one.last);
    one.cancelWrite ??= clock.after(wait, () => void track(writeCount(id, one)));
  }

  function forgetOld(): void {
    const now = clock.monotonic();
    for (const [id, one] of series) {
      const isOld = now - one.last >= SERIES_TIME || series.size > MAX_SERIES;
      if (isOld && one.cancelWrite === undefined) series.delete(id);
    }
  }

  return {
    record(draft) {
      forgetOld();
      const id = identify(draft);
      const one = series.get(id);
      if (one !== undefined) {
        repeat(id, one);
        return;
      }
      const begun = begin(id, draft);
      series.set(id, begun);
      // Then the next of its kind is written as the first.
      void begun.exists.then((exists) => exists || series.delete(id));
    },
    async stop() {
      for (const { cancelWrite } of series.values()) cancelWrite?.();
      await Promise.all(writes);
    },
  };
}

/** Equal for events that differ in nothing but their time. */
function identify({ regarding, type, reason, action, note }: EventDraft): string {
  return JSON.stringify([regarding.metadata?.uid, type, reason, action, note]);
}

function render(
  { regarding, type, reason, action, note }: EventDraft,
  id: string,
  {
    controller,
    instance,
    now,
  }: Pick<EventRecorderOptions, 'controller' | 'instance'> & { readonly now: Date },
): Event {
  const { name = '', namespace, uid = '' } = regarding.metadata ?? {};
  const { apiVersion = '', kind = '' } = regarding;
  const eventTime = formatMicroTime(now);
  const digest = createHash('sha256').update(`${id}${eventTime}`).digest('hex').slice(0, 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: namespace ?? 'default', name: `${name.slice(0, 200)}.${digest}` },
    eventTime,
    reportingController: controller,
    reportingInstance: instance,
    type,
    reason,
    action,
    note: Buffer.from(note)
      .subarray(0, MAX_NOTE)
      .toString()
      .replace(/\uFFFD+$/, ''),
    regarding: { apiVersion, kind, name, uid, ...(namespace === undefined ? {} : { namespace }) },
  };
}
