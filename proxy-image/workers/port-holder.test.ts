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

/** A holder whose processes are only noted: the ports of each that has not been killed. */
function holder() {
  const alive = new Map<HoldingProcess, readonly number[]>();
  const portHolder = new PortHolder((places) => {
    const process = { kill: () => void alive.delete(process) };
    alive.set(
      process,
      places.map(({ port }) => port),
    );
    return process;
  });
  return {
    portHolder,
    held: () => [...alive.values()],
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
  it('holds what is listened on, once', () => {
    const { portHolder, held } = holder();

    portHolder.hold(frontends([1, 2]));
    portHolder.hold(frontends([1, 2]));

    expect(held()).toEqual([[1, 2]]);
  });

  it('holds nothing that is not listened on', () => {
    const { portHolder, held } = holder();

    portHolder.hold([
      ...frontends([1], 'Failed'),
      ...frontends([2], 'Opening'),
      ...frontends([3], 'Draining'),
    ]);

    expect(held()).toEqual([]);
  });

  it('holds what comes later beside what it holds', () => {
    const { portHolder, held } = holder();

    portHolder.hold(frontends([1]));
    portHolder.hold(frontends([1, 2]));

    expect(held()).toEqual([[1], [2]]);
  });

  it('lets go of what is removed, and holds the rest of that process again when the worker was replaced', () => {
    const { portHolder, held } = holder();
    portHolder.hold(frontends([1, 2]));
    portHolder.hold(frontends([1, 2, 3]));

    portHolder.hold(frontends([1, 3]));
    portHolder.hold(frontends([1, 3]));
    const after = held();
    portHolder.reopened();
    portHolder.hold(frontends([1, 3]));

    expect(after).toEqual([[3]]);
    expect(held()).toEqual([[3], [1]]);
  });

  it('starts no process again and again that can not hold its places', () => {
    const { portHolder, held, crash } = holder();
    portHolder.hold(frontends([1]));

    crash();
    portHolder.hold(frontends([1]));

    expect(held()).toEqual([]);
  });

  it('holds nothing any more once it was stopped', () => {
    const { portHolder, held } = holder();
    portHolder.hold(frontends([1]));

    portHolder.stop();
    portHolder.hold(frontends([1, 2]));

    expect(held()).toEqual([]);
  });
});
