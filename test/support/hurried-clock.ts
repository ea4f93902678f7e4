import { type Clock, systemClock } from '../../operator/kube/clock.ts';

/** A clock that runs `factor` times as fast as the real one, so that a test need not sit through long pauses. */
export function hurriedClock(factor: number): Clock {
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * factor,
    monotonic: () => systemClock.monotonic() * factor,
    after: (ms, callback) => systemClock.after(ms / factor, callback),
  };
}
