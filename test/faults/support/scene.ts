import type { Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import type { FrontendConfig, ProxyConfig } from '../../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import type { IssuedCertificate } from '../../support/certificates.ts';
import { connectRaw, type RawClient } from '../../support/http/raw-client.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../support/proxy-config.ts';
import { startProxy } from '../../support/proxy-process.ts';
import type { ProxyProcess, StartOptions } from '../../support/proxy-process.ts';
import { connectTcp, freePort } from '../../support/tcp.ts';

/** Name that the certificates of scenes are for. */
export const HOSTNAME = 'twc.example.com';

type FrontendParts = Parameters<typeof frontendConfig>[0];

/** A proxy process with one frontend per protocol, each of which leads to the servers on the given ports. */
export interface Scene {
  readonly proxy: ProxyProcess;
  readonly ports: ScenePorts;
  /** What it was started with; a base for what is reloaded. */
  readonly config: ProxyConfig;
}

export interface ScenePorts {
  /** Layer 4. */
  readonly flow: number;
  readonly web: number;
  /** The same with TLS. */
  readonly secure: number;
}

export interface SceneOptions extends Pick<StartOptions, 'openFiles'> {
  /** Servers of layer 4, and those of HTTP. */
  readonly tcp?: readonly number[];
  readonly http?: readonly number[];
  /** For all frontends. */
  readonly limits?: NonNullable<FrontendParts>['limits'];
  readonly timeouts?: NonNullable<FrontendParts>['timeouts'];
  readonly args?: readonly string[];
  readonly certificate?: IssuedCertificate;
}

export interface Scenes {
  start(options: SceneOptions): Promise<Scene>;
  /** Does this after the test, before what was registered earlier. */
  after(close: () => Promise<unknown> | void): void;
  /** Connects, and cuts the connection after the test. */
  tcp(port: number): Promise<Socket>;
  raw(port: number): Promise<RawClient>;
}

export const authority = makeAuthority({ name: 'Test root' });

export function certificate(commonName = HOSTNAME): IssuedCertificate {
  return issue(authority, { commonName, dns: [HOSTNAME] });
}

/** The files of a certificate, by the names that the configurations of scenes give them. */
export function certificateFiles({ chainPem, keyPem }: IssuedCertificate): Readonly<Record<string, string>> {
  return { 'tls.crt': chainPem, 'tls.key': keyPem };
}

/** For the tests of the file it is called in: starts proxies, and clears everything away after each test. */
export function scenes(): Scenes {
  const closers: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) {
      await close();
    }
  });
  const after: Scenes['after'] = (close) => void closers.push(close);
  return {
    after,
    async start(options) {
      const { openFiles, args = ['--workers=1'] } = options;
      const ports = { flow: await freePort(), web: await freePort(), secure: await freePort() };
      const config = sceneConfig(ports, options);
      const proxy = await startProxy({
        config,
        args,
        files: certificateFiles(options.certificate ?? certificate()),
        ...(openFiles === undefined ? {} : { openFiles }),
      });
      after(async () => proxy.remove());
      return { proxy, ports, config };
    },
    async tcp(port) {
      const socket = await connectTcp(port);
      after(() => void socket.destroy());
      return socket;
    },
    async raw(port) {
      const client = await connectRaw(port);
      after(() => void client.socket.destroy());
      return client;
    },
  };
}

/** Without servers of a kind, its frontends lead to a port on which nothing can listen for long. */
function sceneConfig(ports: ScenePorts, { tcp = [1], http = [1], ...common }: SceneOptions): ProxyConfig {
  const { limits = {}, timeouts = {} } = common;
  const frontend = (parts: Partial<FrontendConfig> & Pick<FrontendConfig, 'name' | 'port'>): FrontendConfig =>
    frontendConfig({ ...parts, limits, timeouts });
  return proxyConfig({
    certificates: [{ name: 'public', chainFile: 'tls.crt', keyFile: 'tls.key' }],
    frontends: [
      frontend({ name: 'flow', port: ports.flow, backend: 'flows' }),
      frontend({ name: 'web', port: ports.web, protocol: 'HTTP', backend: 'pages' }),
      frontend({
        name: 'secure',
        port: ports.secure,
        protocol: 'HTTPS',
        backend: 'pages',
        certificates: ['public'],
      }),
    ],
    backends: [
      backendConfig(tcp, { name: 'flows' }),
      backendConfig(http, { name: 'pages', protocol: 'HTTP' }),
    ],
  });
}

/** A request without a body. */
export function get(path = '/', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${HOSTNAME}\r\n${fields}\r\n`;
}

/** A response with a length. */
export function ok(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}
