import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { load } from '../../test/support/data-plane.ts';
import { proxyConfig } from '../../test/support/proxy-config.ts';
import type { FrontendStatus, ServerStatus } from '../config/status.ts';
import type { WorkerReport } from './messages.ts';
import { summarize } from './status.ts';

const leaf = issue(makeAuthority({ name: 'root' }), { commonName: 'twc' });
const served = load(proxyConfig({ certificates: [{ name: 'public', chainFile: 'a', keyFile: 'b' }] }), {
  public: leaf,
});

function frontend(parts: Partial<FrontendStatus> = {}): FrontendStatus {
  return { name: 'web', address: '::', port: 8443, state: 'Listening', connections: 1, ...parts };
}

function server(state: ServerStatus['state']): ServerStatus {
  return { host: 'twc', port: 8443, state, connections: 1 };
}

function report(frontends: readonly FrontendStatus[], servers: readonly ServerStatus[] = []): WorkerReport {
  return {
    connections: 1,
    frontends,
    backends: [{ name: 'rest', servers }],
    forwards: [],
    sources: new Map(),
    metrics: [],
  };
}

function summary(...reports: readonly WorkerReport[]) {
  const workers = reports.map((report, index) => ({ pid: index + 1, serves: served.digest, report }));
  return summarize({ phase: 'Serving', served, rejected: null, workers });
}

describe('summarize', () => {
  it('adds up connections and says what is served', () => {
    const status = summary(report([frontend()]), report([frontend({ connections: 2 })]));

    expect(status).toMatchObject({
      phase: 'Serving',
      configHash: served.hash,
      frontends: [{ name: 'web', state: 'Listening', connections: 3 }],
      certificates: [{ name: 'public', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      workers: [
        { pid: 1, configHash: served.hash, connections: 1 },
        { pid: 2, configHash: served.hash, connections: 1 },
      ],
    });
  });

  it('shows a frontend as failed that fails in one worker', () => {
    const failed = frontend({ state: 'Failed', message: 'EADDRINUSE: taken' });

    const status = summary(report([frontend()]), report([failed]));

    expect(status.frontends).toEqual([{ ...failed, connections: 2 }]);
  });

  it('shows a frontend that has come back beside the old one that drains', () => {
    const status = summary(report([frontend(), frontend({ state: 'Draining' })]));

    expect(status.frontends.map(({ state }) => state)).toEqual(['Listening', 'Draining']);
  });

  it.each([
    ['Up', 'Down', 'Up'],
    ['Unknown', 'Down', 'Down'],
    ['Unknown', 'Unknown', 'Unknown'],
    ['Down', 'Down', 'Down'],
  ] as const)('shows a server that is %s here and %s there as %s', (here, there, expected) => {
    const status = summary(report([], [server(here)]), report([], [server(there)]));

    expect(status.backends).toMatchObject([{ name: 'rest', servers: [{ state: expected, connections: 2 }] }]);
  });

  it('does not let a worker that has just started speak for all', () => {
    const workers = [
      { pid: 1, serves: served.digest, report: report([frontend()]) },
      { pid: 2, serves: null, report: null },
    ];

    const status = summarize({ phase: 'Serving', served, rejected: null, workers });

    expect(status.configHash).toBe(served.hash);
    expect(status.workers).toMatchObject([{ configHash: served.hash }, { configHash: null }]);
  });

  it('serves nothing when no worker does', () => {
    const status = summarize({ phase: 'Serving', served, rejected: null, workers: [] });

    expect(status.configHash).toBeNull();
  });
});
