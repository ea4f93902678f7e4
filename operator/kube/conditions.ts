import { formatTime } from './time.ts';
import type { Condition } from './types.ts';

/** A condition as it was just observed. */
export type ObservedCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * The conditions to write for what was observed, in that order. `lastTransitionTime` is kept from `previous` unless the status of that
 * type changed, so that an unchanged observation gives an equal result and needs no write.
 */
export function setConditions(
  previous: readonly Condition[],
  observed: readonly ObservedCondition[],
  { observedGeneration, now }: { readonly observedGeneration: number; readonly now: Date },
): readonly Condition[] {
  return observed.map((condition) => {
    const before = previous.find(({ type }) => type === condition.type);
    return {
      ...condition,
      observedGeneration,
      lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : formatTime(now),
    };
  });
}
