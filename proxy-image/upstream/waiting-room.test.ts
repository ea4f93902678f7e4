import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { WaitingRoom, type WaitOptions } from './waiting-room.ts';

function options(parts: Partial<WaitOptions> = {}): WaitOptions {
  return { timeout: 60_000, signal: new AbortController().signal, again: false, ...parts };
}

/** Lets so many go, and tells in which order. */
async function order(waits: Readonly<Record<string, Promise<unknown>>>, room: WaitingRoom): Promise<string> {
  const gone: string[] = [];
  const all = Object.entries(waits).map(async ([name, wait]) => {
    await wait;
    gone.push(name);
  });
  for (const _ of all) {
    room.freed();
    await turn();
  }
  await Promise.all(all);
  return gone.join('');
}

describe('WaitingRoom', () => {
  it('lets the one go that has waited longest', async () => {
    const room = new WaitingRoom();

    expect(await order({ a: room.wait(options()), b: room.wait(options()) }, room)).toBe('ab');
  });

  it('lets the one go before all others that has waited already', async () => {
    const room = new WaitingRoom();

    const waits = { b: room.wait(options()), a: room.wait(options({ again: true })) };

    expect(await order(waits, room)).toBe('ab');
  });

  it('ends a wait in time', async () => {
    expect(await new WaitingRoom().wait(options({ timeout: 1 }))).toBe('TimedOut');
  });

  it('ends the wait of a client that has gone, and passes its turn on', async () => {
    const room = new WaitingRoom();
    const controller = new AbortController();
    const gone = room.wait(options({ signal: controller.signal }));
    const next = room.wait(options());

    controller.abort();
    room.freed();

    expect([await gone, await next]).toEqual(['Cancelled', 'Free']);
  });

  it('refuses when too many wait', async () => {
    const room = new WaitingRoom();
    const waits = Array.from({ length: 1_000 }, async () => room.wait(options()));

    const refused = await room.wait(options());

    for (const _ of waits) {
      room.freed();
    }
    expect(refused).toBe('Refused');
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['Free']));
  });
});
