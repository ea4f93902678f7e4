import type { Finding } from '../../api/status.ts';
import { milliseconds } from '../units.ts';

/** What is wrong with a duration that is sent in whole seconds. */
export function partsOfSeconds(duration: string | undefined, path: string): readonly Finding[] {
  if (duration === undefined || milliseconds(duration) % 1000 === 0) return [];
  return [
    {
      path,
      reason: 'UnusableDuration',
      message: `${duration} can't be sent, as browsers are told whole seconds; leave the milliseconds out`,
    },
  ];
}
