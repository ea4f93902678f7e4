import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { EventFault, SeenEvent } from './types.ts';
import { WatchStream } from './watch-stream.ts';

const REQUEST = {
  method: 'GET',
  path: '/api/v1/namespaces/a/services',
  query: new URLSearchParams({ watch: 'true' }),
  isWatch: true,
  accept: '',
  body: '',
};

function line(type: string, name: string, version = 1): string {
  const metadata = { name, uid: `uid of ${name}`, resourceVersion: String(version) };
  return JSON.stringify({ type, object: { metadata } });
}

/** A watch whose events of `faulty` suffer the fault, and what its client gets. */
function stream(fault: EventFault, faulty: (event: SeenEvent) => boolean) {
  const sent = { text: '', ended: false };
  const outgoing = {
    get writableEnded() {
      return sent.ended;
    },
    write: (text: string) => {
      if (sent.ended) throw new Error('write after end');
      sent.text += text;
    },
    end: () => (sent.ended = true),
  } as unknown as ServerResponse;
  const watch = new WatchStream(REQUEST, outgoing, {
    faultFor: (event) => (faulty(event) ? fault : undefined),
    passed: () => {},
  });
  return {
    watch,
    sent,
    take: (...lines: readonly string[]) => watch.take(lines.map((one) => `${one}\n`).join('')),
    lines: () => sent.text.split('\n').slice(0, -1),
  };
}

const isB = ({ name }: SeenEvent) => name === 'b';

describe('a watch with faults', () => {
  it('is told of each event by its resource, type, name and uid, however the text is cut', () => {
    const seen: SeenEvent[] = [];
    const { watch, lines } = stream({ kind: 'Drop' }, (event) => seen.push(event) === 0);
    const text = `${line('ADDED', 'a')}\n`;

    watch.take(text.slice(0, 20));
    watch.take(text.slice(20));

    expect(seen).toEqual([{ resource: 'services', type: 'ADDED', name: 'a', uid: 'uid of a' }]);
    expect(lines()).toEqual([line('ADDED', 'a')]);
  });

  it('loses an event', () => {
    const { take, lines } = stream({ kind: 'Drop' }, isB);

    take(line('ADDED', 'a'), line('ADDED', 'b'), line('ADDED', 'c'));

    expect(lines()).toEqual([line('ADDED', 'a'), line('ADDED', 'c')]);
  });

  it('says nothing more once it has ended, as when all is healed in that moment', () => {
    const { watch, take, lines } = stream({ kind: 'End' }, isB);

    take(line('ADDED', 'a'), line('ADDED', 'b'));
    watch.send('an error');

    expect(lines()).toEqual([line('ADDED', 'a')]);
  });

  it('brings an event twice', () => {
    const { take, lines } = stream({ kind: 'Double' }, isB);

    take(line('ADDED', 'b'));

    expect(lines()).toEqual([line('ADDED', 'b'), line('ADDED', 'b')]);
  });

  it('holds an event, and what comes after it, until others have passed elsewhere', () => {
    const { watch, take, lines } = stream({ kind: 'Hold', events: 2 }, isB);

    take(line('ADDED', 'b'), line('ADDED', 'c'));
    watch.otherPassed();
    expect(lines()).toEqual([]);
    watch.otherPassed();

    expect(lines()).toEqual([line('ADDED', 'b'), line('ADDED', 'c')]);
  });

  it.each([
    ['a new object with its first change', ['ADDED', 'MODIFIED'], ['ADDED']],
    ['two changes', ['MODIFIED', 'MODIFIED'], ['MODIFIED']],
    ['a change with the end', ['MODIFIED', 'DELETED'], ['DELETED']],
    ['an object that was there for a moment with nothing', ['ADDED', 'DELETED'], []],
  ])('makes one of %s', (_what, [first = '', second = ''], expected) => {
    let count = 0;
    const { take, lines } = stream({ kind: 'Merge' }, () => (count += 1) === 1);

    take(line(first, 'b', 1), line(second, 'b', 2));

    expect(lines()).toEqual(expected.map((type) => line(type, 'b', 2)));
  });

  it('ends in the middle of an event', () => {
    const { take, sent } = stream({ kind: 'Truncate' }, isB);

    take(line('ADDED', 'b'), line('ADDED', 'c'));

    expect(line('ADDED', 'b').startsWith(sent.text)).toBe(true);
    expect(sent.ended).toBe(true);
  });

  it('reports an error instead of an event', () => {
    const { take, lines, sent } = stream({ kind: 'Error', code: 410 }, isB);

    take(line('ADDED', 'b'));

    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({
      type: 'ERROR',
      object: { code: 410, reason: 'Expired' },
    });
    expect(sent.ended).toBe(true);
  });
});
