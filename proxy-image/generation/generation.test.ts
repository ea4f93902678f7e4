import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from '../../test/support/data-plane.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';
import type { BackendConfig } from '../config/types.ts';
import { declareListenerMetrics } from '../listener/metrics.ts';
import { Registry } from '../metrics/registry.ts';
import { declareForwardMetrics } from '../tcp/metrics.ts';
import type { Upstream } from '../upstream/types.ts';
import { buildUpstream } from '../upstream/upstream.ts';
import { buildGeneration } from './generation.ts';
import type { Generation, GenerationParts } from './generation.ts';
import { UpstreamRegistry } from './upstreams.ts';

let parts: GenerationParts;
let retired: Upstream[];
let generations: Generation[];

beforeEach(() => {
  const registry = new Registry();
  retired = [];
  generations = [];
  parts = {
    upstreams: new UpstreamRegistry((config, trust) => {
      const upstream = buildUpstream(config, trust);
      return Object.assign(upstream, {
        retire: () => {
          retired.push(upstream);
        },
      });
    }),
    metrics: { ...declareForwardMetrics(registry), ...declareListenerMetrics(registry) },
    ticketKeys: Buffer.alloc(48),
  };
});

afterEach(() => {
  for (const generation of generations) {
    generation.retire();
  }
});

const trusting: BackendConfig = backendConfig([2], {
  name: 'tls',
  protocol: 'TLS',
  tls: { verify: 'Chain', trustFiles: ['ca.crt'], pinnedSha256: [] },
});

function build(backends: readonly BackendConfig[], trust = ''): Generation {
  const config = proxyConfig({ frontends: [frontendConfig()], backends });
  const generation = buildGeneration(load(config, {}, new Map([['ca.crt', trust]])), parts);
  generations.push(generation);
  return generation;
}

describe('buildGeneration', () => {
  it('keeps the upstream of a backend that stays the same, and retires it with its last user', () => {
    const first = build([backendConfig([1])]);
    const second = build([backendConfig([1])]);

    expect(second.upstreams[0]).toBe(first.upstreams[0]);
    first.retire();
    expect(retired).toEqual([]);
    second.retire();
    expect(retired).toEqual([first.upstreams[0]]);
  });

  it.each([
    ['its servers', backendConfig([9])],
    ['its balancing', backendConfig([1], { balance: 'LeastConnections' })],
  ])('makes a new upstream when %s change', (_what, changed) => {
    const first = build([backendConfig([1])]);

    const second = build([changed]);
    first.retire();

    expect(second.upstreams[0]).not.toBe(first.upstreams[0]);
    expect(retired).toEqual([first.upstreams[0]]);
  });

  it('makes a new upstream when what it trusts changes under the same file name', () => {
    const first = build([backendConfig([1]), trusting], '');

    const second = build([backendConfig([1]), trusting], '\n');

    expect(second.upstreams[0]).toBe(first.upstreams[0]);
    expect(second.upstreams[1]).not.toBe(first.upstreams[1]);
  });

  it('leaves nothing behind when a part of it can not be built', () => {
    const config = proxyConfig({
      certificates: [{ name: 'public', chainFile: 'a', keyFile: 'b' }],
      frontends: [frontendConfig({ protocol: 'TLS' })],
      backends: [backendConfig([1])],
    });
    const loaded = load(config, {});

    expect(() => buildGeneration(loaded, parts)).toThrow('there is no certificate public');

    expect(retired).toHaveLength(1);
  });
});
