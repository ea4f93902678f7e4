import type { MinimumRate } from './types.ts';

/**
 * For frontends that name no rate. The slowest of mobile links is ten times as fast, and stands still for a minute or two in a tunnel: a
 * sender that has lost packets meanwhile may wait for as long again before it tries once more (RFC 6298 section 5.5).
 */
export const DEFAULT_MINIMUM_RATE: MinimumRate = { bytesPerSecond: 240, tolerance: 300_000 };
