/**
 * An HTTP proxy before a real API server that does to requests what networks and overloaded servers do. Clients reach it without TLS and
 * without credentials, by the kubeconfig that it writes; it goes on as the administrator.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../cluster/control-plane/kubeconfig.ts';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly body: string;
}

/** What happens to a request instead of what it asks for. */
export type Fault =
  /** The proxy answers by itself, and the server sees nothing. */
  | {
      readonly kind: 'Answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: object;
    }
  /** The connection is reset, and the server sees nothing. */
  | { readonly kind: 'Reset' }
  /** The server does what is asked, but the connection is reset instead of its reply. */
  | { readonly kind: 'LoseReply' }
  /** Nothing happens, as on a connection whose other end is gone. */
  | { readonly kind: 'Hang' };

export interface FaultRule {
  readonly matches: (request: SeenRequest) => boolean;
  readonly fault: Fault;
  /** How many requests it is for; all if left out. */
  readonly times?: number;
}

/** An open watch. */
export interface OpenWatch {
  readonly request: SeenRequest;
  /** Sends text of one's own, where the server's has got to. */
  send(text: string): void;
  /** Ends it as the server does when its time is over. */
  end(): void;
  reset(): void;
  /** Passes on nothing any more, but stays open. */
  stall(): void;
}

export interface ApiFaultProxy {
  /** Path of a kubeconfig file that leads here. */
  readonly kubeconfig: string;
  /** All requests so far, in their order. */
  readonly requests: readonly SeenRequest[];
  /** Watches that are open at the moment. */
  watches(): readonly OpenWatch[];
  /** Adds a rule; of several that match, the one that was added first counts. The function it returns takes the rule out. */
  inject(rule: FaultRule): () => void;
  /** Refuses connections, and resets those that there are, until `listen` is called. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

interface Rule extends FaultRule {
  left: number;
}

export async function startApiFaultProxy(access: Access): Promise<ApiFaultProxy> {
  const requests: SeenRequest[] = [];
  const rules = new Set<Rule>();
  const watches = new Set<OpenWatch>();
  const upstream = new Upstream(access);
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = await read(incoming);
    requests.push(request);
    const fault = takeFault(rules, request);
    if (fault === undefined) await upstream.forward(request, incoming, { outgoing, watches });
    else await suffer(fault, outgoing, () => upstream.forward(request, incoming, undefined));
  };
  const listen = async (port: number) => {
    const server = createServer((incoming, outgoing) => {
      handle(incoming, outgoing).catch(() => outgoing.destroy());
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
    requests,
    watches: () => [...watches],
    inject(rule) {
      const added = { ...rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      rules.add(added);
      return () => rules.delete(added);
    },
    refuse: () => shut(server),
    async listen() {
      server = await listen(port);
    },
    async close() {
      if (server.listening) await shut(server);
      upstream.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The real API server. */
class Upstream {
  readonly #url: string;
  readonly #agent: Agent;

  constructor({ url, certificateAuthority, clientCertificate, clientKey }: Access) {
    this.#url = url;
    this.#agent = new Agent({
      keepAlive: true,
      ca: certificateAuthority,
      cert: clientCertificate,
      key: clientKey,
    });
  }

  /** Does what is asked, and passes the answer on, if there is anybody to pass it on to. */
  async forward(
    request: SeenRequest,
    incoming: IncomingMessage,
    to: { readonly outgoing: ServerResponse; readonly watches: Set<OpenWatch> } | undefined,
  ): Promise<void> {
    const { method } = request;
    const headers = { ...incoming.headers, host: new URL(this.#url).host };
    const sent = httpsRequest(`${this.#url}${incoming.url}`, { method, headers, agent: this.#agent });
    sent.end(request.body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if (to === undefined) {
      answer.resume();
      await once(answer, 'end');
      return;
    }
    const { outgoing, watches } = to;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.flushHeaders();
    outgoing.once('close', () => answer.destroy());
    answer.once('error', () => outgoing.destroy());
    answer.pipe(outgoing);
    if (request.isWatch) track({ request, answer, outgoing, watches });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function track(watch: {
  readonly request: SeenRequest;
  readonly answer: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly watches: Set<OpenWatch>;
}): void {
  const { request, answer, outgoing, watches } = watch;
  const open: OpenWatch = {
    request,
    send: (text) => void outgoing.write(text),
    end() {
      answer.unpipe(outgoing);
      outgoing.end();
    },
    reset: () => void outgoing.socket?.resetAndDestroy(),
    stall: () => void answer.unpipe(outgoing),
  };
  watches.add(open);
  outgoing.once('close', () => watches.delete(open));
}

async function suffer(fault: Fault, outgoing: ServerResponse, forward: () => Promise<void>): Promise<void> {
  if (fault.kind === 'Hang') return;
  if (fault.kind === 'Answer') {
    outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    outgoing.end(JSON.stringify(fault.body ?? {}));
    return;
  }
  if (fault.kind === 'LoseReply') await forward();
  outgoing.socket?.resetAndDestroy();
}

function takeFault(rules: Set<Rule>, request: SeenRequest): Fault | undefined {
  for (const rule of rules) {
    if (!rule.matches(request)) continue;
    rule.left -= 1;
    if (rule.left <= 0) rules.delete(rule);
    return rule.fault;
  }
  return undefined;
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://proxy');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    isWatch: searchParams.get('watch') === 'true',
    body: Buffer.concat(chunks).toString(),
  };
}

async function shut(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Clients insist on being told that a server without TLS is meant. */
function renderPlainKubeconfig(server: string): object {
  const name = 'fault-proxy';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
  };
}
