import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../test/cluster/process/free-port.ts';
import { startTcpServer } from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';
import type { FrontendStatus } from '../config/status.ts';
import type { Command } from './messages.ts';
import { PortKeeper } from './port-keeper.ts';
import type { ListeningWorker } from './port-keeper.ts';

let taken: TcpServer;
let free: number;

beforeEach(async () => {
  taken = await startTcpServer();
  free = await freePort();
});

afterEach(async () => {
  await taken.close();
});

interface RecordingWorker extends ListeningWorker {
  readonly commands: readonly Command[];
}

function worker(
  ...frontends: readonly (readonly [port: number, state: FrontendStatus['state']])[]
): RecordingWorker {
  const commands: Command[] = [];
  const statuses = frontends.map(([port, state]) => ({
    name: `on-${port}`,
    address: '127.0.0.1',
    port,
    state,
    connections: 0,
  }));
  return {
    commands,
    report: {
      connections: 0,
      frontends: statuses,
      backends: [],
      forwards: [],
      metrics: [],
      sources: new Map(),
    },
    send: (command) => commands.push(command),
  };
}

function listen(port: number): Command {
  return { type: 'Listen', address: '127.0.0.1', port };
}

describe('PortKeeper', () => {
  it('tells a worker to try again when the port has become free', async () => {
    const failed = worker([free, 'Failed'], [taken.port, 'Failed']);

    await new PortKeeper().check([failed]);

    expect(failed.commands).toEqual([listen(free)]);
  });

  it('tells a worker to try again where another one listens', async () => {
    const [failed, listening] = [worker([taken.port, 'Failed']), worker([taken.port, 'Listening'])];

    await new PortKeeper().check([failed, listening]);

    expect(failed.commands).toEqual([listen(taken.port)]);
    expect(listening.commands).toEqual([]);
  });

  it('leaves alone what drains, and workers that have not reported', async () => {
    const draining = worker([free, 'Draining']);

    await new PortKeeper().check([draining, { report: null, send: (command) => draining.send(command) }]);

    expect(draining.commands).toEqual([]);
  });
});
