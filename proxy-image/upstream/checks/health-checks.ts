import type { LoadedConfig } from '../../config/load.ts';
import { BackendChecks, type CheckEnvironment, type CheckTarget } from './backend-checks.ts';
import type { CheckedServer } from './types.ts';

interface Running {
  /** What the checks were made of. */
  readonly key: string;
  readonly checks: BackendChecks;
}

/** By name of the backend. */
type AllRunning = ReadonlyMap<string, Running>;

/** The health checks of all backends, done in one process for all others. */
export class HealthChecks {
  readonly #environment: CheckEnvironment;
  #running: AllRunning = new Map();

  constructor(environment: CheckEnvironment) {
    this.#environment = environment;
  }

  /** From now on the backends of this configuration are checked; what stays the same goes on without a break. */
  apply({ config, trust }: LoadedConfig): void {
    const before = this.#running;
    const next = new Map(
      config.backends.flatMap((backend) => {
        const { name, tls } = backend;
        const { active: check } = backend.health;
        const trustPems = (tls?.trustFiles ?? []).map((file) => trust.get(file) ?? '');
        return check === undefined
          ? []
          : [[name, this.#build({ backend, check, trustPems }, before.get(name))]];
      }),
    );
    this.#running = next;
    for (const { checks } of notIn(next, before)) {
      checks.stop();
    }
    for (const { checks } of notIn(before, next)) {
      checks.start();
    }
    this.#environment.onChange();
  }

  /** What is known of every server that has been checked. */
  verdicts(): readonly CheckedServer[] {
    return [...this.#running.values()].flatMap(({ checks }) => checks.verdicts());
  }

  stop(): void {
    for (const { checks } of this.#running.values()) {
      checks.stop();
    }
  }

  #build(target: CheckTarget, previous: Running | undefined): Running {
    const key = JSON.stringify([target.backend, target.trustPems]);
    return previous?.key === key
      ? previous
      : { key, checks: new BackendChecks(target, this.#environment, previous?.checks ?? null) };
  }
}

function notIn(some: AllRunning, others: AllRunning): readonly Running[] {
  return [...others].filter(([name, running]) => some.get(name) !== running).map(([, running]) => running);
}
