import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { FrontendStatus } from '../config/status.ts';
import { PortHolder } from './port-holder.ts';
import type { HoldingProcess } from './port-holder.ts';

function frontends(
  ports: readonly number[],
  state: FrontendStatus['state'] = 'Listening',
): readonly FrontendStatus[] {
  return ports.map((port) => ({ name: `${port}`, address: '::', port, state, connections: 0 }));
}

function places(...ports: readonly number[]) {
  return ports.map((port) => ({ address: '::', port }));
}

/** A holder whose processes are only noted: the ports of each that has not been killed. */
function holder() {
  const alive = new Map<HoldingProcess, readonly number[]>();
  const settling: (() => void)[] = [];
  const portHolder = new PortHolder((wanted) => {
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    settling.push(resolve);
    const process = { settled, kill: () => void alive.delete(process) };
    alive.set(
      process,
      wanted.map(({ port }) => port),
    );
    return process;
  });
  return {
    portHolder,
    held: () => [...alive.values()],
    settle: () => settling.splice(0).forEach((resolve) => resolve()),
    crash: () => {
      const [process] = alive.keys();
      if (process !== undefined) {
        alive.delete(process);
        portHolder.ended(process);
      }
    },
  };
}

describe('PortHolder', () => {
  it('holds what the worker is going to listen on before it does, once', async () => {
    const { portHolder, held, settle } = holder();
    let ready = false;

    const wanting = portHolder.want(places(1, 2)).then(() => {
      ready = true;
    });
    await setImmediate();
    const before = ready;
    settle();
    await wanting;
    portHolder.opened(frontends([1, 2]));
    await portHolder.want(places(1, 2));

    expect(before).toBe(false);
    expect(held()).toEqual([[1, 2]]);
  });

  it('holds nothing that is not wanted, or not listened on', () => {
    const { portHolder, held } = holder();
    void portHolder.want(places(2, 3));
    const [first] = held();

    portHolder.reopened();
    portHolder.opened([...frontends([1]), ...frontends([2], 'Failed'), ...frontends([3], 'Draining')]);

    expect(held()).toEqual([first]);
  });

  it('holds what comes later beside what it holds', () => {
    const { portHolder, held } = holder();

    void portHolder.want(places(1));
    void portHolder.want(places(1, 2));

    expect(held()).toEqual([[1], [2]]);
  });

  it('lets go of what is removed, and holds the rest of that process again when the worker is replaced', () => {
    const { portHolder, held } = holder();
    void portHolder.want(places(1, 2));
    void portHolder.want(places(1, 2, 3));

    void portHolder.want(places(1, 3));
    portHolder.opened(frontends([1, 3]));
    const after = held();
    portHolder.reopened();
    void portHolder.want(places(1, 3));

    expect(after).toEqual([[3]]);
    expect(held()).toEqual([[3], [1]]);
  });

  it('starts no process again and again that can not hold its places', () => {
    const { portHolder, held, crash } = holder();
    void portHolder.want(places(1));

    crash();
    portHolder.opened(frontends([1]));

    expect(held()).toEqual([]);
  });

  it('holds nothing any more once it was stopped', async () => {
    const { portHolder, held } = holder();
    void portHolder.want(places(1));

    portHolder.stop();
    await portHolder.want(places(1, 2));

    expect(held()).toEqual([]);
  });
});
