import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plan } from '../../reconcile/plan/plan.ts';
import { LAYER7, planInput } from '../../reconcile/testdata/inputs.ts';
import type { DecidedListener } from '../listen/decide.ts';
import { ProxyInstance } from './instance.ts';

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'instance-'));
});

afterEach(async () => {
  await rm(parent, { recursive: true });
});

const planned = plan(planInput(LAYER7));
const listeners: ReadonlyMap<string, DecidedListener> = new Map(
  planned.flows.map(({ frontend: { name } }) => {
    const wanted = { key: name, address: undefined, port: 8443 };
    return [name, { address: '127.0.0.1', port: 8443, wanted, note: null }];
  }),
);

describe('ProxyInstance', () => {
  it('leaves nothing behind when it is ended while it is about to start', async () => {
    for (const delay of [0, 0, 1, 1, 2, 2, 3, 3]) {
      const folder = join(parent, 'proxy');
      const instance = new ProxyInstance({
        folder,
        admin: '127.0.0.1:1',
        workers: 1,
        drainTimeout: '1s',
        output: 'inherit',
        report: () => undefined,
      });

      const outcome = instance.carryOut(planned, listeners);
      await pause(delay);
      await instance.stop('SIGTERM');

      expect(await outcome).toEqual({ served: false, message: 'it is being ended' });
      expect(existsSync(folder)).toBe(false);
    }
  });
});
