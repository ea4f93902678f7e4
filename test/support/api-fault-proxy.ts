/**
 * An HTTP proxy before a real API server that does to requests and watches what networks, overloaded servers and stale caches do. Clients
 * reach it without TLS and without credentials, by the kubeconfig that it writes; it goes on as the administrator.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Access } from '../cluster/control-plane/kubeconfig.ts';
import { History } from './api-fault-proxy/history.ts';
import { renderPlainKubeconfig } from './api-fault-proxy/kubeconfig.ts';
import {
  type EventFault,
  type EventRule,
  type FaultRule,
  type OpenWatch,
  type SeenEvent,
  type SeenRequest,
  statusObject,
} from './api-fault-proxy/types.ts';
import { Upstream } from './api-fault-proxy/upstream.ts';
import { WatchStream } from './api-fault-proxy/watch-stream.ts';

export type {
  EventFault,
  EventRule,
  Fault,
  FaultRule,
  OpenWatch,
  SeenEvent,
  SeenRequest,
} from './api-fault-proxy/types.ts';

export interface ApiFaultProxy {
  /** Path of a kubeconfig file that leads here. */
  readonly kubeconfig: string;
  /** All requests so far, in their order. */
  readonly requests: readonly SeenRequest[];
  /** All events of watches so far, in their order, whatever became of them. */
  readonly events: readonly SeenEvent[];
  /** Watches that are open at the moment. */
  watches(): readonly OpenWatch[];
  /** Adds a rule; of several that match, the one that was added first counts. The function it returns takes the rule out. */
  inject(rule: FaultRule): () => void;
  /** The same for events of watches. */
  injectEvent(rule: EventRule): () => void;
  /** Refuses connections, and resets those that there are, until `listen` is called. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  /** How many lists and events clients have been shown; a moment to travel to. */
  readonly moment: number;
  /**
   * From now on clients are shown the cluster as they saw it at that moment, by lists and by watches on which nothing happens, as by a server whose cache
   * is behind; single objects and writes reach the real server. Open watches are told that they must list anew.
   */
  travel(moment: number): void;
  /** Everything is as it is again: no rule counts any more, what waits is passed on, and watches are told that they must list anew (410). */
  heal(): void;
  close(): Promise<void>;
}

export async function startApiFaultProxy(access: Access): Promise<ApiFaultProxy> {
  const state = new ProxyState(new Upstream(access));
  const listen = async (port: number) => {
    const server = createServer((incoming, outgoing) => {
      state.handle(incoming, outgoing).catch(() => outgoing.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'api-fault-proxy-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(renderPlainKubeconfig(`http://127.0.0.1:${port}`)));
  return {
    kubeconfig,
    requests: state.requests,
    events: state.events,
    watches: () => [...state.watches],
    inject: (rule) => state.rules.add(rule),
    injectEvent: (rule) => state.eventRules.add(rule),
    refuse: () => shut(server),
    async listen() {
      server = await listen(port);
    },
    get moment() {
      return state.history.now;
    },
    travel: (moment) => state.travel(moment),
    heal: () => state.heal(),
    async close() {
      if (server.listening) await shut(server);
      state.upstream.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Rules of which each is for a number of times. */
class Rules<Seen, Rule extends { readonly matches: (seen: Seen) => boolean; readonly times?: number }> {
  readonly #left = new Map<Rule, number>();

  add(rule: Rule): () => void {
    const added = { ...rule };
    this.#left.set(added, rule.times ?? Number.POSITIVE_INFINITY);
    return () => this.#left.delete(added);
  }

  take(seen: Seen): Rule | undefined {
    for (const [rule, left] of this.#left) {
      if (!rule.matches(seen)) continue;
      if (left <= 1) this.#left.delete(rule);
      else this.#left.set(rule, left - 1);
      return rule;
    }
    return undefined;
  }

  clear(): void {
    this.#left.clear();
  }
}

class ProxyState {
  readonly requests: SeenRequest[] = [];
  readonly events: SeenEvent[] = [];
  readonly rules = new Rules<SeenRequest, FaultRule>();
  readonly eventRules = new Rules<SeenEvent, EventRule>();
  readonly watches = new Set<WatchStream>();
  readonly history = new History();
  readonly upstream: Upstream;
  /** The moment at which clients are. */
  #travelledTo: number | undefined;

  constructor(upstream: Upstream) {
    this.upstream = upstream;
  }

  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await read(incoming);
    this.requests.push(request);
    const rule = this.rules.take(request);
    const exchange = { request, incoming, outgoing };
    if (rule === undefined) await this.#answer(exchange);
    else await this.#suffer(rule, exchange);
  }

  travel(moment: number): void {
    this.#travelledTo = moment;
    for (const watch of this.watches) expire(watch);
  }

  heal(): void {
    this.#travelledTo = undefined;
    this.rules.clear();
    this.eventRules.clear();
    for (const watch of this.watches) {
      watch.release();
      expire(watch);
    }
  }

  async #suffer({ fault, onFault = () => {} }: FaultRule, exchange: Exchange): Promise<void> {
    const { outgoing } = exchange;
    switch (fault.kind) {
      case 'Answer':
        await onFault();
        outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
        outgoing.end(JSON.stringify(fault.body ?? statusObject(fault.status)));
        return;
      case 'Hang':
        await onFault();
        return;
      case 'Delay':
        await onFault();
        await pause(fault.ms);
        await this.#answer(exchange);
        return;
      case 'Truncate': {
        const { answer, body } = await this.#wholeAnswer(exchange);
        await onFault();
        const { 'content-length': _, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        outgoing.end(body.slice(0, body.length / 2));
        return;
      }
      default:
        if (fault.kind === 'LoseReply') await this.#wholeAnswer(exchange);
        await onFault();
        outgoing.socket?.resetAndDestroy();
    }
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { request, outgoing } = exchange;
    if (isOfCollection(request) && this.#travelledTo !== undefined && this.#showPast(exchange)) return;
    if (request.isWatch) {
      await this.#watch(exchange);
      return;
    }
    if (!isOfCollection(request)) {
      const answer = await this.#ask(exchange);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      return;
    }
    const { answer, body } = await this.#wholeAnswer(exchange);
    if (answer.statusCode === 200) this.history.list(request, body);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.end(body);
  }

  /** Whether there was anything to show. */
  #showPast({ request, outgoing }: Exchange): boolean {
    const list = this.history.listAt(request, this.#travelledTo ?? 0);
    if (list === undefined) return false;
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    if (request.isWatch) {
      outgoing.flushHeaders();
      this.#track(request, outgoing);
    } else outgoing.end(JSON.stringify(list));
    return true;
  }

  async #watch(exchange: Exchange): Promise<void> {
    const { request, outgoing } = exchange;
    const answer = await this.#ask(exchange);
    // The client may have gone meanwhile; nothing would end the watch any more.
    if (outgoing.destroyed) {
      answer.destroy();
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    outgoing.once('close', () => answer.destroy());
    answer.once('error', () => outgoing.destroy());
    if (answer.statusCode !== 200) {
      answer.pipe(outgoing);
      return;
    }
    const stream = this.#track(request, outgoing);
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => stream.take(text));
    answer.once('end', () => stream.finish());
  }

  #track(request: SeenRequest, outgoing: ServerResponse): WatchStream {
    const stream = new WatchStream(request, outgoing, {
      faultFor: (event) => this.#eventFault(event),
      passed: (from, line) => {
        this.history.event(request, line);
        for (const other of this.watches) if (other !== from) other.otherPassed();
      },
    });
    this.watches.add(stream);
    outgoing.once('close', () => this.watches.delete(stream));
    return stream;
  }

  #eventFault(event: SeenEvent): EventFault | undefined {
    this.events.push(event);
    const rule = this.eventRules.take(event);
    rule?.onFault?.();
    return rule?.fault;
  }

  async #wholeAnswer(
    exchange: Exchange,
  ): Promise<{ readonly answer: IncomingMessage; readonly body: string }> {
    const answer = await this.#ask(exchange);
    answer.setEncoding('utf8');
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    return { answer, body };
  }

  #ask({ request, incoming }: Exchange): Promise<IncomingMessage> {
    const { method, body } = request;
    return this.upstream.ask({ method, url: incoming.url ?? '/', headers: incoming.headers, body });
  }
}

function expire(watch: WatchStream): void {
  watch.send(`${JSON.stringify({ type: 'ERROR', object: statusObject(410) })}\n`);
  watch.end();
}

interface Exchange {
  readonly request: SeenRequest;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Whether it asks for many objects, by a list or a watch. */
function isOfCollection({ method, path }: SeenRequest): boolean {
  return method === 'GET' && /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/[^/]+)?\/[^/]+$/.test(path);
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://proxy');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    isWatch: ['true', '1'].includes(searchParams.get('watch') ?? ''),
    accept: incoming.headers.accept ?? '',
    body: Buffer.concat(chunks).toString(),
  };
}

async function shut(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
