import type { BackendConfig } from '../config/types.ts';
import type { ServerStatus } from '../config/status.ts';
import { Counter } from '../metrics/registry.ts';
import { writeOwnHeader, writeProxyHeader } from '../proxy-protocol/write.ts';
import { balance, Turns } from './balance.ts';
import { backendLookup } from './checked-lookup.ts';
import { CheckBoard } from './checks/board.ts';
import { beginAttempt, type AttemptOutcome } from './connect.ts';
import { ServerDirectory } from './directory.ts';
import { judgeExchange } from './ejection.ts';
import { allAttemptsFailed, UpstreamError } from './errors.ts';
import type { UpstreamMetrics } from './metrics.ts';
import { once } from './once.ts';
import { lookupAll, type Lookup } from './resolver.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Place, Server } from './server.ts';
import { stickyToken } from './sticky-token.ts';
import { buildTlsPolicy, type TlsPolicy } from './tls.ts';
import type {
  Asking,
  ConnectAttempt,
  ConnectRequest,
  ConnectUser,
  HttpConnection,
  Upstream,
  UpstreamConnection,
} from './types.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What an upstream gets from the world around it. */
export interface UpstreamEnvironment {
  readonly lookup: Lookup;
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Where counting begins for RoundRobin; random, so that workers do not all begin with the same server. */
  readonly firstTurn: number;
  /** Null: nothing is counted. */
  readonly metrics: UpstreamMetrics | null;
  /** Where the verdicts of health checks are found. */
  readonly checks: CheckBoard;
  /** Processes that share the limits of the backend. */
  readonly workers: number;
}

/**
 * A backend that is ready to be used; its names are being looked up, and nothing is connected yet.
 *
 * `trustPems` are the contents of the backend's trust files, in any order; with none of them the public roots are trusted.
 */
export function buildUpstream(
  config: BackendConfig,
  trustPems: readonly string[],
  environment: Partial<UpstreamEnvironment> = {},
): Upstream {
  return new BalancedUpstream(config, buildTlsPolicy(config, trustPems), {
    ...realEnvironment(),
    ...environment,
  });
}

function realEnvironment(): UpstreamEnvironment {
  return {
    lookup: lookupAll,
    now: () => performance.now(),
    firstTurn: Math.floor(Math.random() * 1024),
    metrics: null,
    checks: new CheckBoard(),
    workers: 1,
  };
}

const NONE: ReadonlySet<Server> = new Set();

/** Each of the processes may have its part. */
function limitOf({ limits }: BackendConfig, workers: number): number {
  return limits === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor(limits.connections / workers));
}

/** An attempt that brought no connection. */
interface Missed {
  readonly server: Server;
  readonly outcome: Exclude<AttemptOutcome, { readonly result: 'Connected' }>;
}

interface Connected {
  readonly server: Server;
  readonly socket: UpstreamConnection['socket'];
}

function connectionOf({ server, socket }: Connected): UpstreamConnection {
  return { socket, server: server.config, release: once(() => server.vacate()) };
}

class BalancedUpstream implements Upstream {
  readonly config: BackendConfig;
  readonly #policy: TlsPolicy | null;
  readonly #environment: UpstreamEnvironment;
  readonly #directory: ServerDirectory;
  readonly #turns: Turns;
  readonly #room = new WaitingRoom();
  readonly #retries: RetryBudget;
  /** Connections in use that one server may have from this process. */
  readonly #limit: number;
  /** Counts successful attempts, by server. */
  readonly #connected = new Map<string, Counter>();
  /** The places that have been told their verdicts, and which version of these. */
  #told: readonly Place[] = [];
  #toldVersion = -1;

  constructor(config: BackendConfig, policy: TlsPolicy | null, environment: UpstreamEnvironment) {
    this.config = config;
    this.#policy = policy;
    this.#environment = environment;
    this.#turns = new Turns(environment.firstTurn);
    this.#retries = new RetryBudget(environment.now());
    this.#limit = limitOf(config, environment.workers);
    this.#directory = new ServerDirectory(config.servers, backendLookup(config, environment.lookup), {
      exchangeEnded: (server, failure) => this.#exchangeEnded(server, failure),
      vacated: () => this.#room.freed(),
    });
    // Names are looked up at once, so that the first client need not wait for it.
    this.#directory.current(environment.now());
  }

  connect(request: ConnectRequest, user: ConnectUser): void {
    this.#retries.earn();
    const choice = this.#choose(request, NONE, this.#environment.now());
    if (choice === null || choice === 'Full') {
      this.#goOn(request, null, user);
      return;
    }
    // Nearly always this one is reached.
    this.#begin(choice.server, request, (outcome) => {
      if (outcome.result === 'Connected') {
        this.#reached(choice);
        user.connected(connectionOf({ server: choice.server, socket: outcome.socket }));
      } else {
        this.#goOn(request, { server: choice.server, outcome }, user);
      }
    });
  }

  takeIdle(client: Asking): HttpConnection | null {
    const now = this.#environment.now();
    const choice = this.#choose(client, NONE, now);
    if (choice === null || choice === 'Full') {
      return null;
    }
    const connection = choice.server.pool.take();
    if (connection !== null) {
      this.#retries.earn();
      this.#turns.taken(choice);
      choice.server.answers.attempting(now);
    }
    return connection;
  }

  async open(request: ConnectRequest): Promise<HttpConnection> {
    this.#retries.earn();
    const { server, socket } = await this.#connectInOrder(request, null);
    // A server takes all that comes on a connection for what the client in its PROXY header has sent.
    return server.pool.adopt(socket, this.config.proxyProtocol === undefined);
  }

  mayRetry(): boolean {
    const granted = this.#retries.take(this.#environment.now());
    const { metrics } = this.#environment;
    metrics?.retries.labels({ backend: this.config.name, result: granted ? 'Made' : 'Refused' }).inc();
    return granted;
  }

  status(): readonly ServerStatus[] {
    const now = this.#environment.now();
    this.#places(now);
    return this.#directory.status(now);
  }

  retire(): void {
    this.#directory.retire();
  }

  /** The places at this moment, each server with its newest verdict. */
  #places(now: number): readonly Place[] {
    const { checks } = this.#environment;
    const places = this.#directory.current(now);
    if (places !== this.#told || checks.version !== this.#toldVersion) {
      this.#told = places;
      this.#toldVersion = checks.version;
      const { stickyCookie } = this.config;
      for (const { server, identity } of places) {
        server.stickyToken = stickyCookie === undefined ? null : stickyToken(stickyCookie.key, identity);
        server.checked(checks.verdict(this.config.name, server.label, server.address), now);
      }
    }
    return places;
  }

  #order({ sourceAddress, stickyToken = null }: Asking, now: number): readonly Place[] {
    const places = this.#places(now);
    if (places.length < 2) {
      return places;
    }
    for (const place of places) {
      place.refresh(now, this.config.health.slowStart);
    }
    const ordered = balance(this.config.balance, places, { sourceAddress, turns: this.#turns });
    const wanted =
      stickyToken === null ? undefined : places.find(({ server }) => server.stickyToken === stickyToken);
    return wanted === undefined || wanted.avoided
      ? ordered
      : [wanted, ...ordered.filter((place) => place !== wanted)];
  }

  /** The next server that has room; `Full` when it is better to wait for one than to take what is left. */
  #choose(client: Asking, tried: ReadonlySet<Server>, now: number): Place | 'Full' | null {
    const order = this.#order(client, now);
    const untried = tried.size === 0 ? order : order.filter(({ server }) => !tried.has(server));
    const [first] = untried;
    if (first === undefined || first.open < this.#limit) {
      return first ?? null;
    }
    const equal = (place: Place): boolean =>
      place.avoided === first.avoided && (place.weight === 0) === (first.weight === 0);
    return untried.find((place) => place.open < this.#limit && equal(place)) ?? 'Full';
  }

  #goOn(request: ConnectRequest, missed: Missed | null, user: ConnectUser): void {
    this.#connectInOrder(request, missed).then(
      (connected) => user.connected(connectionOf(connected)),
      (error: UpstreamError) => user.notConnected(error),
    );
  }

  /** What comes back is counted as in use. `missed` is what has been tried in vain before. */
  async #connectInOrder(request: ConnectRequest, missed: Missed | null): Promise<Connected> {
    const attempts: ConnectAttempt[] = [];
    let tried = NONE;
    if (missed !== null) {
      this.#missed(missed, attempts);
      tried = new Set([missed.server]);
    }
    let waitUntil: number | null = null;
    for (;;) {
      const choice = this.#choose(request, tried, this.#environment.now());
      if (choice === 'Full') {
        waitUntil = await this.#waitForRoom(request, waitUntil);
      } else if (choice !== null) {
        if (attempts.length > 0 && !this.mayRetry()) {
          throw allAttemptsFailed(this.config.name, attempts, '; too many had to be tried again lately');
        }
        const { server } = choice;
        const outcome = await new Promise<AttemptOutcome>((resolve) => {
          this.#begin(server, request, resolve);
        });
        if (outcome.result === 'Connected') {
          this.#reached(choice);
          return { server, socket: outcome.socket };
        }
        this.#missed({ server, outcome }, attempts);
        tried = new Set([...tried, server]);
      } else if (!(await this.#directory.settled())) {
        throw attempts.length > 0 ? allAttemptsFailed(this.config.name, attempts) : this.#nothingToTry();
      }
    }
  }

  /** Waits until a server has room, at most until the given time where there is one; returns that time. */
  async #waitForRoom({ signal }: ConnectRequest, until: number | null): Promise<number> {
    const { name: backend, limits } = this.config;
    const now = this.#environment.now();
    const deadline = until ?? now + (limits?.queueTimeout ?? 0);
    const end = await this.#room.wait({
      timeout: Math.max(0, deadline - now),
      signal,
      again: until !== null,
    });
    this.#environment.metrics?.waits.labels({ backend, result: end }).inc();
    switch (end) {
      case 'Free':
        return deadline;
      case 'Cancelled':
        throw new UpstreamError('Cancelled', 'the client went away before a server had room');
      case 'TimedOut':
      case 'Refused':
        throw new UpstreamError(
          'ServersBusy',
          `every server of backend ${backend} has as many connections as its limits allow: raise limits.connections, or add servers`,
        );
    }
  }

  /** One attempt; until it has failed it is counted as a connection in use. */
  #begin(server: Server, request: ConnectRequest, done: (outcome: AttemptOutcome) => void): void {
    const { connectTimeout, signal, onread } = request;
    const startedAt = this.#environment.now();
    server.reach.attempting(startedAt);
    server.answers.attempting(startedAt);
    const header = this.#headerFor(request);
    server.occupy();
    const plan = { server, policy: this.#policy, header, connectTimeout, signal };
    beginAttempt(onread === undefined ? plan : { ...plan, onread }, done);
  }

  #reached(place: Place): void {
    const { server } = place;
    if (server.reach.succeeded()) {
      server.backSince = this.#environment.now();
    }
    this.#count(server, 'Connected');
    this.#turns.taken(place);
  }

  /** Notes in `attempts` what failed; throws when nobody waits for a connection any more. */
  #missed({ server, outcome }: Missed, attempts: ConnectAttempt[]): void {
    server.vacate();
    if (outcome.result === 'Cancelled') {
      throw new UpstreamError('Cancelled', 'the client went away before a server was reached', attempts);
    }
    const { kind, message } = outcome;
    server.reach.failed(this.#environment.now(), message);
    this.#count(server, kind);
    attempts.push({ server: server.label, kind, message });
  }

  #headerFor({ client }: ConnectRequest): Buffer | null {
    const { proxyProtocol: version } = this.config;
    if (version === undefined) {
      return null;
    }
    return client === undefined ? writeOwnHeader(version) : writeProxyHeader(version, client);
  }

  #exchangeEnded(server: Server, failure: string | null): void {
    const now = this.#environment.now();
    const servers = this.#directory.current(now).map((place) => place.server);
    const ejected = judgeExchange({
      server,
      failure,
      servers,
      now,
      limit: this.config.health.passive.failures,
    });
    if (ejected) {
      const { name: backend } = this.config;
      this.#environment.metrics?.ejections.labels({ backend, server: server.label }).inc();
    }
  }

  #count({ label }: Server, result: string): void {
    if (result !== 'Connected') {
      this.#attempts(label, result)?.inc();
      return;
    }
    let counter = this.#connected.get(label);
    if (counter === undefined) {
      counter = this.#attempts(label, result) ?? new Counter();
      this.#connected.set(label, counter);
    }
    counter.inc();
  }

  #attempts(server: string, result: string): Counter | undefined {
    return this.#environment.metrics?.attempts.labels({ backend: this.config.name, server, result });
  }

  #nothingToTry(): UpstreamError {
    const reasons = this.#directory.errors().map(({ message }) => message);
    return new UpstreamError(
      'NoServer',
      `backend ${this.config.name} has no server: ${reasons.join('; ') || 'its names have no address'}`,
    );
  }
}
