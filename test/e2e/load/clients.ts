/**
 * Runs on the client machine: layer 4 connections, and busy HTTPS clients of every kind. The argument is a {@link LoadOrder} as JSON. Prints
 * a line when all are at work, and a {@link LoadReport} when standard input has ended.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { FlowLoad } from '../../support/load/flows.ts';
import { Http2PageLoad } from '../../support/load/http2-pages.ts';
import { CertificateTimeline, PageLoad } from '../../support/load/pages.ts';
import { eventually } from '../../support/eventually.ts';

/** What is to be asked of whom. All flows are at port 443. */
export interface LoadOrder {
  /** Address of the HTTPS flow, and its host name. */
  readonly web: string;
  readonly hostname: string;
  /** PEM file with the root that is trusted. */
  readonly trust: string;
  /** SHA-256 fingerprint of the certificate, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** Address of the layer 4 flow. */
  readonly flow: string;
  readonly flows: number;
  /** HTTPS clients: HTTP/1.1 on kept connections, HTTP/1.1 with a new connection for each request, HTTP/2. */
  readonly kept: number;
  readonly anew: number;
  readonly http2: number;
}

/** What has become of it. */
export interface LoadReport {
  readonly served: number;
  readonly http2Served: number;
  readonly connections: number;
  readonly resent: number;
  readonly failed: number;
  readonly reasons: readonly string[];
  readonly wrongCertificates: number;
  readonly pings: number;
  readonly dropped: number;
}

/** Milliseconds between an answer and the next request of the same client, and between two pings of the same flow. */
const PAUSE = 20;
const PING_PAUSE = 2000;

const order = JSON.parse(process.argv[2] ?? '') as LoadOrder;
const timeline = new CertificateTimeline();
timeline.written(order.fingerprint);
const target = {
  host: order.web,
  port: 443,
  hostname: order.hostname,
  ca: readFileSync(order.trust, 'utf8'),
};
const pages = { ...target, timeline, pause: () => PAUSE, resends: true };

const flows = await FlowLoad.start(443, order.flows, PING_PAUSE, order.flow);
const kept = new PageLoad({ ...pages, clients: order.kept, requestsPerConnection: Number.POSITIVE_INFINITY });
const anew = new PageLoad({ ...pages, clients: order.anew, requestsPerConnection: 1 });
const http2 = new Http2PageLoad({ ...target, clients: order.http2, pause: PAUSE });
const all = order.kept + order.anew + order.http2;
await eventually('clients that are at work', async () =>
  kept.handshakes + anew.handshakes + http2.connections >= all ? true : undefined,
);
process.stdout.write('running\n');

process.stdin.resume();
await once(process.stdin, 'end');
await Promise.all([kept.stop(), anew.stop(), http2.stop()]);
await flows.stop();
const report: LoadReport = {
  served: kept.served + anew.served,
  http2Served: http2.served,
  connections: kept.handshakes + anew.handshakes + http2.connections,
  resent: kept.resent + anew.resent + http2.resent,
  failed: kept.failed + anew.failed + http2.failed,
  reasons: [...kept.reasons, ...anew.reasons, ...http2.reasons],
  wrongCertificates: kept.wrongCertificates + anew.wrongCertificates,
  pings: flows.pings,
  dropped: flows.dropped,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
