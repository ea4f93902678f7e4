import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { FrontendConfig } from '../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { describeWith } from '../support/describe-with.ts';
import { HAPROXY, startHaproxy } from '../support/haproxy.ts';
import type { Haproxy } from '../support/haproxy.ts';
import { valuesOf } from '../support/http/messages.ts';
import { startRecordingUpstream, type RecordingUpstream } from '../support/http/recording-upstream.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';

/** HAProxy connects to the proxy from 127.0.0.1; clients connect to both from here. */
const CLIENT = '127.0.0.9';
const TRUSTED = ['127.0.0.1/32'];
const authority = makeAuthority({ name: 'Test root' });
const certificate = issue(authority, { commonName: 'tm1.example.com', dns: ['tm1.example.com'] });

/** How HAProxy tells the proxy that a client has come by HTTPS. */
interface Way {
  readonly mode: 'http' | 'tcp';
  /** Lines of its sections. */
  readonly rules?: string;
  /** Options of its server. */
  readonly options?: string;
  readonly frontend: Pick<FrontendConfig, 'trustedSources'> | Pick<FrontendConfig, 'proxyProtocol'>;
  readonly action?: 'Redirect' | 'Refuse';
  /** False where the port does not tell. */
  readonly byPort?: boolean;
}

const FIELDS = { trustedSources: TRUSTED };
const PROXY_PROTOCOL = { proxyProtocol: { accept: 'Optional', trusted: TRUSTED } } as const;
const SETS_PROTO =
  '  http-request del-header Forwarded\n  http-request set-header X-Forwarded-Proto http\n  http-request set-header X-Forwarded-Proto https if { ssl_fc }\n';

const WAYS: Readonly<Record<string, Way>> = {
  'X-Forwarded-Proto': { mode: 'http', rules: SETS_PROTO, frontend: FIELDS },
  'X-Forwarded-Proto behind what the client sent': {
    mode: 'http',
    rules:
      '  http-request add-header X-Forwarded-Proto http if !{ ssl_fc }\n  http-request add-header X-Forwarded-Proto https if { ssl_fc }\n',
    frontend: FIELDS,
  },
  Forwarded: {
    mode: 'http',
    rules:
      '  http-request del-header X-Forwarded-Proto\n  http-request add-header Forwarded for=%[src];proto=http if !{ ssl_fc }\n  http-request set-header Forwarded for=%[src];proto=https if { ssl_fc }\n',
    frontend: FIELDS,
  },
  'the port in PROXY headers of version 1': {
    mode: 'tcp',
    options: 'send-proxy',
    frontend: PROXY_PROTOCOL,
  },
  'the port in PROXY headers of version 2': {
    mode: 'tcp',
    options: 'send-proxy-v2',
    frontend: PROXY_PROTOCOL,
  },
  'what PROXY headers say of TLS': {
    mode: 'tcp',
    options: 'send-proxy-v2-ssl',
    frontend: PROXY_PROTOCOL,
    byPort: false,
  },
  'a policy that refuses': { mode: 'http', rules: SETS_PROTO, frontend: FIELDS, action: 'Refuse' },
};

/** Where each way is to be found: the proxy, and HAProxy without and with TLS. */
interface Ports {
  readonly direct: number;
  readonly plain: number;
  readonly tls: number;
}

let proxy: ProxyProcess;
let haproxy: Haproxy | undefined;
let server: RecordingUpstream;
const ports = new Map<string, Ports>();

function frontendOf({ frontend, action = 'Redirect', byPort }: Way, name: string, at: Ports): FrontendConfig {
  const tlsPorts = byPort === false ? [] : [at.tls];
  return frontendConfig({
    name,
    port: at.direct,
    protocol: 'HTTP',
    policies: { requireHttps: { action, redirectPort: at.tls, tlsPorts } },
    ...frontend,
  });
}

function sectionsOf({ mode, rules = '', options = '' }: Way, name: string, at: Ports): string {
  const section = (kind: string, bind: string): string =>
    `listen ${name}-${kind}\n  mode ${mode}\n  bind 127.0.0.1:${bind}\n${rules}  server proxy 127.0.0.1:${at.direct} ${options}\n`;
  return section('plain', String(at.plain)) + section('tls', `${at.tls} ssl crt site.pem`);
}

beforeAll(async () => {
  if (!HAPROXY.isInstalled) {
    return;
  }
  server = await startRecordingUpstream();
  for (const way of Object.keys(WAYS)) {
    ports.set(way, { direct: await freePort(), plain: await freePort(), tls: await freePort() });
  }
  const entries = Object.entries(WAYS).map(
    ([name, way], index) => [way, `way-${index}`, portsOf(name)] as const,
  );
  proxy = await startProxy({
    config: proxyConfig({
      frontends: entries.map((entry) => frontendOf(...entry)),
      backends: [backendConfig([server.port], { protocol: 'HTTP' })],
    }),
  });
  haproxy = await startHaproxy(
    entries.map((entry) => sectionsOf(...entry)).join(''),
    entries.map(([, , { tls: port }]) => port),
    { 'site.pem': certificate.chainPem + certificate.keyPem },
  );
}, 60_000);

afterAll(async () => {
  await haproxy?.stop();
  await proxy?.remove();
  await server?.close();
});

beforeEach(() => server?.reset());

function portsOf(way: string): Ports {
  const found = ports.get(way);
  if (found === undefined) {
    throw new Error(`there is no way ${way}`);
  }
  return found;
}

/** The whole answer to a GET of `/a?b=c` with these fields. */
async function ask(way: string, road: keyof Ports, fields = ''): Promise<string> {
  const raw = net.connect({ host: '127.0.0.1', port: portsOf(way)[road], localAddress: CLIENT });
  const socket: Socket =
    road === 'tls' ? tls.connect({ socket: raw, ca: authority.rootPem, servername: 'tm1.example.com' }) : raw;
  await once(socket, road === 'tls' ? 'secureConnect' : 'connect');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.write(`GET /a?b=c HTTP/1.1\r\nHost: tm1.example.com\r\nConnection: close\r\n${fields}\r\n`);
  await once(socket, 'close');
  return answer;
}

function locationOf(answer: string): string | undefined {
  return /\r\nlocation: (.*)\r\n/i.exec(answer)?.[1];
}

/** What the server was told of the scheme, of each request. */
function told(): readonly string[] {
  return server.requests().map(({ fields }) => valuesOf(fields, 'x-forwarded-proto').at(-1) ?? '');
}

const SPOOFED = 'X-Forwarded-Proto: https\r\nForwarded: for=192.0.2.1;proto=https\r\n';
const REDIRECTING = Object.keys(WAYS).filter((way) => WAYS[way]?.action !== 'Refuse');

describeWith(HAPROXY, 'behind HAProxy, which ends TLS', () => {
  it.each(REDIRECTING)('what has come by HTTPS is served, and nothing else: %s', async (way) => {
    const answers = [
      await ask(way, 'tls'),
      await ask(way, 'plain'),
      await ask(way, 'plain', SPOOFED),
      await ask(way, 'direct', SPOOFED),
    ];

    const location = `https://tm1.example.com:${portsOf(way).tls}/a?b=c`;
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['200', '301', '301', '301']);
    expect(answers.map(locationOf)).toEqual([undefined, location, location, location]);
    expect(told()).toEqual(['https']);
  });

  it('what has not come by HTTPS is refused in words, where that is wanted', async () => {
    const way = 'a policy that refuses';

    const answers = [await ask(way, 'plain', SPOOFED), await ask(way, 'direct', SPOOFED)];

    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
      expect(answer).toContain('ask for https://');
    }
    expect(told()).toEqual([]);
    expect(await ask(way, 'tls')).toMatch(/^HTTP\/1.1 200 /);
  });
});
