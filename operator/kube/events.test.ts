import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, turn } from '../../test/support/fake-clock.ts';
import { recordingLog } from '../../test/support/recording-log.ts';
import { ApiError } from './client/errors.ts';
import type { KubeClient } from './client/kube-client.ts';
import { type EventDraft, type EventRecorder, createEventRecorder } from './events.ts';
import type { Event } from './types.ts';

const DRAFT: EventDraft = {
  regarding: { kind: 'ConfigMap', metadata: { namespace: 'tools', name: 'a', uid: 'uid-a' } },
  type: 'Normal',
  reason: 'Tried',
  action: 'Apply',
  note: 'again',
};

let clock: FakeClock;
let log: ReturnType<typeof recordingLog>;
/** What the server does with requests, by method. */
let refusal: { create?: Error; patch?: Error };
/** Names of created events, and what was patched into which. */
let written: string[];
let recorder: EventRecorder;

beforeEach(() => {
  clock = new FakeClock();
  log = recordingLog();
  refusal = {};
  written = [];
  const client = {
    async create(_: unknown, event: Event) {
      if (refusal.create !== undefined) throw refusal.create;
      written.push(`create ${event.note}`);
      return event;
    },
    async patch(_: unknown, _key: unknown, change: { series: { count: number } }) {
      if (refusal.patch !== undefined) throw refusal.patch;
      written.push(`count ${change.series.count}`);
      return {};
    },
  } as unknown as KubeClient;
  recorder = createEventRecorder({ client, controller: 'example.com/test', instance: 'one', log, clock });
});

function refused(status: number, causes: readonly string[] = []): ApiError {
  return new ApiError({ status, reason: '', message: `status ${status}`, causes });
}

describe('an event recorder', () => {
  it('writes a hundred equal events with two requests', async () => {
    for (let count = 0; count < 100; count += 1) recorder.record(DRAFT);
    await clock.advance(60_000);

    expect(written).toEqual(['create again', 'count 100']);
  });

  it('writes the count of a series once a minute', async () => {
    for (let second = 0; second < 130; second += 1) {
      recorder.record(DRAFT);
      await clock.advance(1000);
    }

    expect(written).toEqual(['create again', 'count 60', 'count 120']);
  });

  it('writes the next one anew when the first could not be written', async () => {
    refusal.create = refused(500);
    recorder.record(DRAFT);
    await turn();

    refusal = {};
    recorder.record(DRAFT);
    await turn();

    expect(written).toEqual(['create again']);
    expect(log.entries.map(({ level }) => level)).toEqual(['warn']);
  });

  it('writes the next one anew when the one that it would be counted in is gone', async () => {
    recorder.record(DRAFT);
    recorder.record(DRAFT);
    refusal.patch = refused(404);
    await clock.advance(60_000);

    recorder.record(DRAFT);
    await turn();

    expect(written).toEqual(['create again', 'create again']);
  });

  it('complains of no namespace that is being removed', async () => {
    refusal.create = refused(403, ['NamespaceTerminating']);

    recorder.record(DRAFT);
    await turn();

    expect(log.entries.map(({ level }) => level)).toEqual(['debug']);
  });

  it('leaves no timer behind when it is stopped', async () => {
    recorder.record(DRAFT);
    recorder.record(DRAFT);

    await recorder.stop();

    expect(clock.pending).toBe(0);
  });
});
