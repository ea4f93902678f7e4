import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrontendPolicies, ProxyConfig } from '../../../proxy-image/config/types.ts';
import { projectFolder } from '../../cluster/paths.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { run } from '../../cluster/process/run.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../support/proxy-config.ts';
import type { Candidate, FrontendPorts, Site } from '../types.ts';
import { MAX_CONNECTIONS, PUBLIC_PORT, TIMEOUTS } from './shared.ts';

/** What runs it: this Node, or the one that is to be compared with it. */
const NODE = process.env['BENCH_NODE'] ?? process.execPath;

const VERSION = '`Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`';

/** Ours: the bundle that goes into the image, with one worker. */
export const proxy: Candidate = proxyWith({});

/** Ours with policies on HTTPS, which the others are not compared with. */
export function proxyWith(policies: FrontendPolicies): Candidate {
  return {
    name: 'proxy',
    async version() {
      return (await run(NODE, ['--print', VERSION])).stdout.trim();
    },
    async prepare(site, ports, folder) {
      const configFile = join(folder, 'proxy.json');
      await writeFile(configFile, JSON.stringify(configOf(site, ports, policies)));
      const bundle = join(projectFolder, 'build/proxy/proxy.mjs');
      const admin = `127.0.0.1:${await freePort()}`;
      const options = ['--config', configFile, '--workers', '1', '--admin', admin];
      // As the image starts it.
      return { command: NODE, args: [bundle, ...options] };
    },
  };
}

function configOf(
  { chainFile, keyFile, httpPorts, tcpPort }: Site,
  ports: FrontendPorts,
  policies: FrontendPolicies,
): ProxyConfig {
  const common = {
    publicPort: PUBLIC_PORT,
    limits: { connections: MAX_CONNECTIONS },
    timeouts: {
      connect: TIMEOUTS.connect * 1_000,
      idle: TIMEOUTS.idle * 1_000,
      header: TIMEOUTS.header * 1_000,
      request: TIMEOUTS.idle * 1_000,
      keepAlive: TIMEOUTS.keepAlive * 1_000,
    },
  };
  const routes = [
    { paths: ['/webapp'], backend: 'webapp' },
    { paths: ['/osmc'], backend: 'rest' },
  ];
  const [webapp, rest] = httpPorts;
  return proxyConfig({
    accessLog: 'Off',
    certificates: [{ name: 'public', chainFile, keyFile }],
    frontends: [
      frontendConfig({
        ...common,
        name: 'http',
        port: ports.http,
        protocol: 'HTTP',
        backend: 'rest',
        routes,
      }),
      frontendConfig({
        ...common,
        name: 'https',
        port: ports.https,
        protocol: 'HTTPS',
        backend: 'rest',
        routes,
        ...(Object.keys(policies).length === 0 ? {} : { policies }),
      }),
      frontendConfig({ ...common, name: 'tcp', port: ports.tcp, backend: 'tcp' }),
    ],
    backends: [
      backendConfig([webapp], { name: 'webapp', protocol: 'HTTP' }),
      backendConfig([rest], { name: 'rest', protocol: 'HTTP' }),
      backendConfig([tcpPort], { name: 'tcp' }),
    ],
  });
}
