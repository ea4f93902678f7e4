import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { recordingLog } from '../../test/support/recording-log.ts';
import { ApiError } from './client/errors.ts';
import type { KubeClient, WatchEvent } from './client/kube-client.ts';
import { Reflector } from './reflector.ts';
import { CONFIG_MAPS } from './resources.ts';
import { Store } from './store.ts';
import type { KubernetesObject } from './types.ts';

type Watched = AsyncGenerator<WatchEvent<KubernetesObject>>;

/** A server whose answers are the test's; what is asked of it is noted with the time, in milliseconds. */
class ScriptedServer {
  readonly asked: string[] = [];
  readonly #clock: FakeClock;
  list = (): void => {};
  watch = async function* (): Watched {};

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  client(): Pick<KubeClient, 'list' | 'watch'> {
    return {
      list: async () => {
        this.#note('list');
        this.list();
        return { metadata: { resourceVersion: '1' }, items: [] };
      },
      watch: (_resource, { signal }) => {
        this.#note('watch');
        return this.#untilAborted(signal) as never;
      },
    };
  }

  async *#untilAborted(signal: AbortSignal | undefined): Watched {
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    const events = this.watch();
    for (;;) {
      const next = await Promise.race([events.next(), promise]);
      if (next.done) return;
      yield next.value;
    }
  }

  times(what: string): readonly number[] {
    return this.asked.flatMap((line) => (line.startsWith(what) ? [Number(line.split(' ')[1])] : []));
  }

  #note(what: string): void {
    this.asked.push(`${what} ${this.#clock.monotonic()}`);
  }
}

let clock: FakeClock;
let server: ScriptedServer;
let reflector: Reflector<KubernetesObject>;

beforeEach(() => {
  clock = new FakeClock();
  server = new ScriptedServer(clock);
  const log = recordingLog();
  const store = new Store<KubernetesObject>({ log });
  reflector = new Reflector({
    client: server.client(),
    resource: CONFIG_MAPS,
    store,
    clock,
    random: () => 0,
    log,
  });
});

afterEach(async () => {
  await reflector.stop();
});

function refusal(status: number): ApiError {
  return new ApiError({ status, reason: '', message: `status ${status}` });
}

/** Lasts for some milliseconds, then ends by itself or with an error. */
function lasting(ms: number, error?: Error): () => Watched {
  return async function* () {
    await new Promise<void>((resolve) => clock.after(ms, resolve));
    yield* [];
    if (error !== undefined) throw error;
  };
}

describe('Reflector', () => {
  it('pauses longer after each failed list, up to half a minute', async () => {
    server.list = () => {
      throw refusal(503);
    };

    reflector.start();
    await clock.advance(100_000);

    expect(server.times('list').slice(0, 8)).toEqual([0, 800, 2400, 5600, 12_000, 24_800, 50_400, 80_400]);
    expect(server.times('watch')).toEqual([]);
  });

  it.each([
    { desc: 'fail', watch: lasting(0, refusal(500)) },
    { desc: 'end as soon as they begin', watch: lasting(0) },
  ])('pauses longer and longer, and does not list, when watches $desc', async ({ watch }) => {
    server.watch = watch;

    reflector.start();
    await clock.advance(12_000);

    expect(server.times('watch')).toEqual([0, 800, 2400, 5600, 12_000]);
    expect(server.times('list')).toEqual([0]);
  });

  it('lists again after each refusal to watch, with pauses in between', async () => {
    server.watch = lasting(0, refusal(410));

    reflector.start();
    await clock.advance(5600);

    expect(server.times('list')).toEqual([0, 800, 2400, 5600]);
  });

  it.each(['list', 'watch'] as const)(
    'leaves the server alone for as long as it asks for after a %s',
    async (what) => {
      const refuse = () => {
        throw new ApiError({
          status: 429,
          reason: 'TooManyRequests',
          message: 'later',
          retryAfterMs: 60_000,
        });
      };
      if (what === 'list') server.list = refuse;
      else server.watch = refuse;

      reflector.start();
      await clock.advance(60_000);

      expect(server.times(what)).toEqual([0, 60_000]);
    },
  );

  it('asks the server to hold its watches for different times', async () => {
    const seconds: (number | undefined)[] = [];
    for (const chance of [0, 0.5, 0.99]) {
      const asked = server.client();
      const other = new Reflector<KubernetesObject>({
        client: {
          ...asked,
          watch: (resource, options) => {
            seconds.push(options.timeoutSeconds);
            return asked.watch(resource, options) as never;
          },
        },
        resource: CONFIG_MAPS,
        store: new Store<KubernetesObject>({ log: recordingLog() }),
        clock,
        random: () => chance,
        log: recordingLog(),
      });
      other.start();
      await clock.advance(0);
      await other.stop();
    }

    expect(seconds).toEqual([300, 450, 597]);
  });

  it('begins with short pauses again once a watch has lasted', async () => {
    server.watch = lasting(60_000, new Error('reset'));

    reflector.start();
    await clock.advance(200_000);

    expect(server.times('watch')).toEqual([0, 60_800, 121_600, 182_400]);
  });

  it('watches on at once when the server ends a watch after its time', async () => {
    server.watch = lasting(170_000);

    reflector.start();
    await clock.advance(340_000);

    expect(server.times('watch')).toEqual([0, 170_000, 340_000]);
    expect(server.times('list')).toEqual([0]);
  });

  it('takes a connection for dead that is silent for three minutes', async () => {
    server.watch = lasting(Number.MAX_SAFE_INTEGER);

    reflector.start();
    await clock.advance(181_000);

    expect(server.times('watch')).toEqual([0, 180_800]);
    expect(server.times('list')).toEqual([0]);
  });

  it('takes a connection for dead that falls silent after it has brought something', async () => {
    const object = { metadata: { name: 'a', resourceVersion: '2' } };
    server.watch = async function* () {
      await new Promise<void>((resolve) => clock.after(100_000, resolve));
      yield { type: 'BOOKMARK', object };
      await new Promise<void>((resolve) => clock.after(Number.MAX_SAFE_INTEGER, resolve));
    };

    reflector.start();
    await clock.advance(300_000);

    expect(server.times('watch')).toEqual([0, 280_800]);
  });

  it('lists again every half hour, in case an event was lost on the way', async () => {
    server.watch = lasting(170_000);

    reflector.start();
    await clock.advance(3_700_000);

    expect(server.times('list')).toEqual([0, 1_870_000]);
  });

  it('does not outlive its stop', async () => {
    server.watch = lasting(Number.MAX_SAFE_INTEGER);
    reflector.start();
    await clock.advance(1000);
    const asked = [...server.asked];

    await reflector.stop();
    await clock.advance(1_000_000);

    expect(server.asked).toEqual(asked);
  });
});
