import { runH2load, runTool, runWrk } from './load.ts';
import type { CostUnit, RunningCandidate, Work } from './types.ts';

const US_PER_REQUEST: CostUnit = { label: 'µs per request', factor: 1e6 };
const US_PER_CONNECTION: CostUnit = { label: 'µs per connection', factor: 1e6 };
const US_PER_ROUND_TRIP: CostUnit = { label: 'µs per round trip', factor: 1e6 };
/** From seconds per byte. */
const MS_PER_GIB: CostUnit = { label: 'ms per GiB', factor: 1e3 * 2 ** 30 };

/** Clients of layer 7 and of the small layer 4 works, at the same time. */
const CLIENTS = 64;
const BULK_STREAMS = 8;
const TLS_CLIENTS = 16;

/** What a browser sends beside. */
const BROWSER_HEADERS = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: en-US,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Referer: https://localhost/webapp/',
  'Cookie: JSESSIONID=3F2A1B0C9D8E7F6A5B4C3D2E1F0A9B8C; csrf=0123456789abcdef0123456789abcdef',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
  'Upgrade-Insecure-Requests: 1',
  'Priority: u=0, i',
];

/** Everything that is compared, in the order of the report. */
export const WORKS: readonly Work[] = [
  request('HTTPS keep-alive, 1 KiB, browser headers', {
    path: '/webapp/1k',
    headers: BROWSER_HEADERS,
    quick: true,
  }),
  request('HTTPS keep-alive, 64 KiB', { path: '/webapp/64k', quick: true }),
  http2('HTTPS over HTTP/2, 1 KiB, 8 clients x 16 streams', {
    path: '/webapp/1k',
    clients: 8,
    streams: 16,
    quick: true,
  }),
  http2('HTTPS over HTTP/2, 1 KiB, 64 clients x 1 stream', {
    path: '/webapp/1k',
    clients: CLIENTS,
    streams: 1,
  }),
  http2('HTTPS over HTTP/2, 64 KiB, 8 clients x 8 streams', { path: '/webapp/64k', clients: 8, streams: 8 }),
  request('HTTP keep-alive, 1 KiB', { path: '/webapp/1k', scheme: 'http' }),
  tcp('Layer 4, ping-pong of 64 bytes', 'ping', CLIENTS, US_PER_ROUND_TRIP),
  tcp('Layer 4, connect + echo + close', 'connect', CLIENTS, US_PER_CONNECTION),
  tcp('Layer 4, bulk from clients, 8 streams', 'upload', BULK_STREAMS, MS_PER_GIB),
  tcp('Layer 4, bulk to clients, 8 streams', 'download', BULK_STREAMS, MS_PER_GIB),
  handshake('TLS 1.3, full handshake and one request', 'full'),
  handshake('TLS 1.3, resumed handshake and one request', 'resumed'),
];

/** Asked of ours with policies and without: a page of another origin reads an answer. */
export const POLICY_WORK: Work = request('HTTPS keep-alive, 1 KiB, from a page of another origin', {
  path: '/webapp/1k',
  headers: [...BROWSER_HEADERS, 'Origin: https://app.example.com'],
});

interface RequestWork {
  readonly path: string;
  readonly headers?: readonly string[];
  readonly scheme?: 'http' | 'https';
  readonly quick?: boolean;
}

function request(name: string, { path, headers = [], scheme = 'https', quick = false }: RequestWork): Work {
  return {
    name,
    quick,
    needsHttp2: false,
    cost: US_PER_REQUEST,
    async load({ ports }, seconds) {
      const url = `${scheme}://127.0.0.1:${ports[scheme]}${path}`;
      return runWrk({ url, connections: CLIENTS, seconds, headers: ['Host: localhost', ...headers] });
    },
  };
}

interface Http2Work {
  readonly path: string;
  readonly clients: number;
  readonly streams: number;
  readonly quick?: boolean;
}

function http2(name: string, { path, clients, streams, quick = false }: Http2Work): Work {
  return {
    name,
    quick,
    needsHttp2: true,
    cost: US_PER_REQUEST,
    async load({ ports }, seconds) {
      const url = `https://localhost:${ports.https}${path}`;
      return runH2load({ url, connections: clients, streams, seconds });
    },
  };
}

type TcpMode = 'ping' | 'connect' | 'upload' | 'download';

function tcp(name: string, mode: TcpMode, connections: number, cost: CostUnit): Work {
  const load = async ({ ports }: RunningCandidate, seconds: number) =>
    runTool('tcp-load', [mode, ports.tcp, connections, seconds]);
  return { name, quick: false, needsHttp2: false, cost, load };
}

function handshake(name: string, mode: 'full' | 'resumed'): Work {
  const load = async ({ ports }: RunningCandidate, seconds: number) =>
    runTool('tls-load', [mode, ports.https, TLS_CLIENTS, seconds, '/webapp/1k']);
  return { name, quick: false, needsHttp2: false, cost: US_PER_CONNECTION, load };
}
