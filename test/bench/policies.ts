import type { FrontendPolicies } from '../../proxy-image/config/types.ts';
import { proxy, proxyWith } from './candidates/proxy.ts';
import { launchCandidate } from './launch.ts';
import { type RoundOptions, type Sample, sampleOf } from './rounds.ts';
import type { RunningSite } from './site.ts';
import { type Spread, spreadOf } from './statistics.ts';
import type { RunningCandidate } from './types.ts';
import { POLICY_WORK } from './works.ts';

/** All that look at each request, with limits that none of them reaches. */
const POLICIES: FrontendPolicies = {
  cors: {
    origins: ['https://*.example.com'],
    methods: ['GET', 'PUT'],
    headers: ['Content-Type'],
    exposedHeaders: ['ETag'],
    credentials: true,
    maxAgeSeconds: 600,
  },
  rateLimit: { requests: 1_000_000, windowMs: 1_000, burst: 1_000_000, key: 'Source' },
  requestFilter: {
    methods: ['GET', 'POST', 'PUT'],
    allowedPaths: [
      { path: '/webapp', match: 'Prefix' },
      { path: '/osmc', match: 'Prefix' },
    ],
    deniedPaths: [{ path: '/webapp/admin', match: 'Prefix' }],
    contentTypes: ['application/json'],
    bodyBytes: 1_048_576,
    headerCount: 50,
    headerBytes: 16_384,
  },
};

/**
 * What CORS, a rate limit and a request filter together cost: CPU per request with them, as a multiple of that without, each pair measured
 * right after the other.
 *
 * @throws when a request fails
 */
export async function measurePolicies(site: RunningSite, options: RoundOptions): Promise<Spread> {
  const pair = [
    await launchCandidate(proxy, site),
    await launchCandidate(proxyWith(POLICIES), site),
  ] as const;
  for (const candidate of pair) {
    await POLICY_WORK.load(candidate, options.warmUpSeconds);
  }
  const ratios: number[] = [];
  while (ratios.length < options.rounds) {
    const [without, guarded] = await inTurn(pair, ratios.length % 2 === 1, options);
    ratios.push(guarded.cost / without.cost);
  }
  for (const { daemon } of pair) {
    await daemon.kill();
  }
  return spreadOf(ratios);
}

async function inTurn(
  [without, guarded]: readonly [RunningCandidate, RunningCandidate],
  reversed: boolean,
  options: RoundOptions,
): Promise<readonly [Sample, Sample]> {
  if (reversed) {
    const second = await sample(guarded, options);
    return [await sample(without, options), second];
  }
  return [await sample(without, options), await sample(guarded, options)];
}

async function sample(candidate: RunningCandidate, options: RoundOptions): Promise<Sample> {
  const taken = await sampleOf(POLICY_WORK, candidate, options);
  if ('fault' in taken) {
    throw new Error(`${POLICY_WORK.name}: ${taken.fault}`);
  }
  return taken;
}
