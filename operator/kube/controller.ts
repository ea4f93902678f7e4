import type { Logger } from './log.ts';
import type { ObjectKey } from './types.ts';

/** What became of one pass. */
export interface Result {
  /** After how many milliseconds to come back though nothing changed; left out, only a change brings the key back. */
  readonly requeueAfterMs?: number;
}

/** What a pass is given beside its key. */
export interface ReconcileContext {
  /** Fires when the controller stops; a pass may write nothing after that. */
  readonly signal: AbortSignal;
  /** Adds the controller, the key and the pass to what it reports. */
  readonly log: Logger;
}

/**
 * Makes the world as it should be for one key, whatever happened to it before. An error brings the key back with back-off. Of one
 * controller no two passes for the same key run at the same time.
 */
export type Reconcile = (key: ObjectKey, context: ReconcileContext) => Promise<Result>;

/** Runs `reconcile` for the keys that are put in. */
export interface Controller {
  /** Asks for a pass for this key, soon. Many requests before the pass begins are one pass; one during it makes another afterwards. */
  enqueue(key: ObjectKey): void;
  /** Starts the workers. Keys may be put in before. */
  start(): void;
  /** Begins no new pass, signals those that run, and resolves when they have ended. */
  stop(): Promise<void>;
}
