import { describe, expect, it } from '@jest/globals';
import type { FrontendStatus } from '../config/status.ts';
import { sumOpen } from './elsewhere.ts';
import type { SourceCounts } from './elsewhere.ts';
import type { WorkerReport } from './messages.ts';

function report(
  connections: number,
  sources: SourceCounts,
  parts: Partial<FrontendStatus> = {},
): WorkerReport {
  const frontend = {
    name: 'web',
    address: '::',
    port: 443,
    state: 'Listening',
    connections,
    ...parts,
  } as const;
  return { connections, frontends: [frontend], backends: [], forwards: [], sources, metrics: [] };
}

describe('sumOpen', () => {
  it('adds up by frontend and by source', () => {
    const reports = [
      report(3, new Map([['web', new Map([['192.0.2.1', 2]])]])),
      report(
        4,
        new Map([
          [
            'web',
            new Map([
              ['192.0.2.1', 1],
              ['192.0.2.2', 3],
            ]),
          ],
        ]),
      ),
    ];

    expect(sumOpen(reports)).toEqual({
      connections: new Map([['web', 7]]),
      sources: new Map([
        [
          'web',
          new Map([
            ['192.0.2.1', 3],
            ['192.0.2.2', 3],
          ]),
        ],
      ]),
    });
  });

  it('leaves out what is draining', () => {
    const sum = sumOpen([report(3, new Map(), { state: 'Draining' }), report(1, new Map())]);

    expect(sum.connections).toEqual(new Map([['web', 1]]));
  });
});
