import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventRecorder, createEventRecorder } from '../../../operator/kube/events.ts';
import { CONFIG_MAPS, EVENTS } from '../../../operator/kube/resources.ts';
import type { ConfigMap, Event } from '../../../operator/kube/types.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { type TestNamespace, configMap, createTestNamespace } from './cluster.ts';

let test: TestNamespace;

beforeAll(async () => {
  test = await createTestNamespace('events');
});

afterAll(async () => {
  await test.release();
});

function recorder(clock: FakeClock): EventRecorder {
  return createEventRecorder({
    client: test.client,
    controller: 'example.com/test-controller',
    instance: 'test-1',
    log: recordingLog(),
    clock,
  });
}

async function subject(name: string): Promise<ConfigMap> {
  return test.client.create(CONFIG_MAPS, configMap(test.namespace, name));
}

async function eventsOf({ metadata }: ConfigMap): Promise<readonly Event[]> {
  const { items } = await test.client.list(EVENTS, { namespace: test.namespace });
  return items.filter(({ regarding }) => regarding?.uid === metadata?.uid);
}

async function eventWith(object: ConfigMap, count: number): Promise<Event> {
  return eventually(`an event with the count ${count}`, async () =>
    (await eventsOf(object)).find(({ series }) => (series?.count ?? 1) === count),
  );
}

describe('an event recorder', () => {
  it('writes an event that says who saw what, and when', async () => {
    const regarding = await subject('simple');
    const events = recorder(new FakeClock('2026-01-02T03:04:05Z'));

    events.record({ regarding, type: 'Warning', reason: 'Refused', action: 'Apply', note: 'x'.repeat(2000) });
    await events.stop();

    await expect(eventsOf(regarding)).resolves.toMatchObject([
      {
        type: 'Warning',
        reason: 'Refused',
        action: 'Apply',
        note: 'x'.repeat(1024),
        eventTime: '2026-01-02T03:04:05.000000Z',
        reportingController: 'example.com/test-controller',
        reportingInstance: 'test-1',
        regarding: { apiVersion: 'v1', kind: 'ConfigMap', name: 'simple', namespace: test.namespace },
      },
    ]);
  });

  it('counts equal events in one, which it writes once a minute', async () => {
    const regarding = await subject('repeated');
    const clock = new FakeClock();
    const events = recorder(clock);
    const draft = { regarding, type: 'Normal', reason: 'Tried', action: 'Apply', note: 'again' } as const;

    for (let count = 0; count < 5; count += 1) events.record(draft);
    const first = await eventWith(regarding, 1);
    await clock.advance(60_000);
    const fifth = await eventWith(regarding, 5);
    events.record(draft);
    await clock.advance(60_000);
    const sixth = await eventWith(regarding, 6);
    await events.stop();

    const names = [first, fifth, sixth].map(({ metadata }) => metadata?.name);
    expect(new Set(names).size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('begins anew for another note, and after a quiet time', async () => {
    const regarding = await subject('separate');
    const clock = new FakeClock();
    const events = recorder(clock);
    const draft = { regarding, type: 'Normal', reason: 'Tried', action: 'Apply' } as const;

    events.record({ ...draft, note: 'one' });
    events.record({ ...draft, note: 'two' });
    await clock.advance(400_000);
    events.record({ ...draft, note: 'one' });
    await events.stop();

    const notes = (await eventsOf(regarding)).map(({ note }) => note);
    expect(notes).toHaveLength(3);
    expect(notes.filter((note) => note === 'one')).toHaveLength(2);
  });
});
