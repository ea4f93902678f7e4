import { hostAndPort } from '../addresses/host-and-port.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { BackendStatus } from '../config/status.ts';
import { buildGeneration } from '../generation/generation.ts';
import type { Generation, GenerationParts } from '../generation/generation.ts';
import { UpstreamRegistry } from '../generation/upstreams.ts';
import { declareHttpMetrics } from '../http/metrics.ts';
import { RateLimits } from '../http/policies/rate-limit/rate-limits.ts';
import { ListenerSet } from '../listener/listener-set.ts';
import { declareListenerMetrics } from '../listener/metrics.ts';
import { serveConnection } from '../listener/pipeline.ts';
import { refuse } from '../listener/refusal.ts';
import type { PipelineServices } from '../listener/pipeline.ts';
import { accessLogger } from '../log/access.ts';
import type { AccessLogger } from '../log/access.ts';
import type { LineWriter } from '../log/writer.ts';
import { declareProcessMetrics } from '../metrics/process.ts';
import { Registry } from '../metrics/registry.ts';
import { declareForwardMetrics } from '../tcp/metrics.ts';
import { CheckBoard } from '../upstream/checks/board.ts';
import { declareUpstreamMetrics } from '../upstream/metrics.ts';
import { buildUpstream } from '../upstream/upstream.ts';
import type { Command, WorkerMessage, WorkerReport } from './messages.ts';

export interface WorkerOptions {
  readonly accessLog: LineWriter;
  /** Client connections that this process has room for. */
  readonly maxConnections: number;
  /** Processes that share the limits of backends, and tell each other of clients' requests. */
  readonly workers: number;
  readonly send: (message: WorkerMessage) => void;
  /** Ends the process. */
  readonly exit: () => void;
}

/** What a worker process does: serves the configurations that the supervisor sends. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #registry = new Registry();
  readonly #updateProcessMetrics = declareProcessMetrics(this.#registry, 'worker');
  readonly #families = {
    ...declareForwardMetrics(this.#registry),
    ...declareListenerMetrics(this.#registry),
  };
  readonly #upstreamMetrics = declareUpstreamMetrics(this.#registry);
  readonly #checks = new CheckBoard();
  readonly #upstreams = new UpstreamRegistry((config, trust) =>
    buildUpstream(config, trust, {
      metrics: this.#upstreamMetrics,
      checks: this.#checks,
      workers: this.#options.workers,
    }),
  );
  readonly #rateLimits: RateLimits;
  readonly #listeners: ListenerSet;
  #generation: Generation | null = null;
  #access: AccessLogger;
  #draining = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#access = accessLogger('Off', options.accessLog);
    // A connection that outlives its generation logs as the newest one says.
    const access: AccessLogger = {
      wants: (status, faulty) => this.#access.wants?.(status, faulty) !== false,
      log: (entry) => this.#access.log(entry),
    };
    this.#rateLimits = new RateLimits(
      options.workers === 1 ? null : (spent) => options.send({ type: 'Spent', spent }),
    );
    const services: PipelineServices = {
      access,
      http: {
        access,
        metrics: declareHttpMetrics(this.#registry),
        rateLimits: this.#rateLimits,
      },
      draining: () => this.#draining,
    };
    this.#listeners = new ListenerSet({
      serve: (connection, listener, done) => serveConnection(connection, listener, services, done),
      refused: (connection, frontend, refusal) => refuse(connection, frontend, refusal, access),
      maxConnections: options.maxConnections,
      onEmpty: options.exit,
    });
  }

  /** Carries out a command of the supervisor. */
  handle(command: Command): void {
    switch (command.type) {
      case 'Apply':
        this.#rateLimits.shareKey(command.rateKey);
        void this.#apply(command.loaded, Buffer.from(command.ticketKeys));
        return;
      case 'TicketKeys':
        this.#setTicketKeys(Buffer.from(command.ticketKeys));
        return;
      case 'Listen':
        this.#listeners.retry(command.address, command.port);
        return;
      case 'OpenElsewhere':
        this.#listeners.setOpenElsewhere(command);
        return;
      case 'SpentElsewhere':
        this.#rateLimits.spentElsewhere(command.spent);
        return;
      case 'Checked':
        this.#checks.update(command.servers);
        return;
      case 'Report':
        this.#options.send({ type: 'Report', id: command.id, report: this.#report() });
        return;
      case 'Drain':
        this.#draining = true;
        return;
      case 'StopWhenUnused':
        this.#listeners.stopWhenUnused(command.quiet);
        return;
      case 'StopAccepting':
        this.#listeners.stopAccepting(command.limit);
        return;
      case 'End':
        this.#listeners.resetAll();
        this.#listeners.stopAccepting(0);
    }
  }

  async #apply(loaded: LoadedConfig, ticketKeys: Buffer): Promise<void> {
    const { digest } = loaded;
    const parts = { upstreams: this.#upstreams, metrics: this.#families, ticketKeys };
    const next = this.#build(loaded, parts);
    if (next === null) {
      return;
    }
    const previous = this.#generation;
    this.#generation = next;
    this.#access = accessLogger(loaded.config.accessLog, this.#options.accessLog);
    const listening = this.#listeners.apply(next.frontends);
    previous?.retire();
    await listening;
    if (this.#generation === next) {
      this.#options.send({ type: 'Applied', digest });
    }
  }

  #setTicketKeys(ticketKeys: Buffer): void {
    for (const { tls } of this.#generation?.frontends ?? []) {
      tls?.setTicketKeys(ticketKeys);
    }
  }

  #build(loaded: LoadedConfig, parts: GenerationParts): Generation | null {
    try {
      return buildGeneration(loaded, parts);
    } catch (error) {
      const { message } = error as Error;
      this.#options.send({ type: 'Refused', digest: loaded.digest, message });
      return null;
    }
  }

  #backends(): readonly BackendStatus[] {
    const { connections } = this.#upstreamMetrics;
    connections.clear();
    return (this.#generation?.upstreams ?? []).map((upstream) => {
      const { name } = upstream.config;
      const servers = upstream.status();
      for (const server of servers) {
        connections.labels({ backend: name, server: hostAndPort(server) }).set(server.connections);
      }
      return { name, servers };
    });
  }

  #report(): WorkerReport {
    this.#updateProcessMetrics();
    return {
      connections: this.#listeners.connections,
      frontends: this.#listeners.status(),
      sources: this.#listeners.sources(),
      backends: this.#backends(),
      forwards: (this.#generation?.forwards ?? []).map(({ frontend, path, targets }) => ({
        frontend,
        path,
        targets: targets.status(),
      })),
      metrics: this.#registry.snapshot(),
    };
  }
}
