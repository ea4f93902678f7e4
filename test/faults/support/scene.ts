import type { Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import type { ProxyConfig } from '../../../proxy-image/config/types.ts';
import type { IssuedCertificate } from '../../support/certificates.ts';
import { connectRaw, type RawClient } from '../../support/http/raw-client.ts';
import { startProxy } from '../../support/proxy-process.ts';
import type { ProxyProcess, StartOptions } from '../../support/proxy-process.ts';
import { connectTcp } from '../../support/tcp.ts';
import { certificate, certificateFiles, HOSTNAME, siteConfig, sitePorts } from './site.ts';
import type { SiteOptions, SitePorts } from './site.ts';

/** A proxy process with one frontend per protocol, each of which leads to the servers on the given ports. */
export interface Scene {
  readonly proxy: ProxyProcess;
  readonly ports: SitePorts;
  /** What it was started with; a base for what is reloaded. */
  readonly config: ProxyConfig;
}

export interface SceneOptions extends SiteOptions, Pick<StartOptions, 'openFiles'> {
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
      const ports = await sitePorts();
      const config = siteConfig(ports, options);
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

/** A request without a body. */
export function get(path = '/', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${HOSTNAME}\r\n${fields}\r\n`;
}

/** A response with a length. */
export function ok(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}
