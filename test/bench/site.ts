import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, launchBound } from '../cluster/process/daemon.ts';
import { untilReady } from '../cluster/process/ready.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { connectTcp } from '../support/tcp.ts';
import { NGINX_FOLDERS, NGINX_MAIN, nginxArguments } from './candidates/nginx.ts';
import { LOAD_CORE, onCore } from './cores.ts';
import { toolPath } from './tools.ts';
import type { CandidateCommand, Site } from './types.ts';

/** What the HTTP servers serve, with the bytes of each body. */
export const BODIES = { '/webapp/1k': 1_024, '/webapp/64k': 65_536 } as const;

/** Answers with the forwarding fields of the request, so that what the candidates do can be compared. */
export const FIELDS_PATH = '/webapp/fields';

/** A site and the processes that belong to it. */
export interface RunningSite extends Site {
  /** Runs a command until the site is closed; resolves when it listens on all of the ports. */
  launch(name: string, command: CandidateCommand, core: number, ports: readonly number[]): Promise<Daemon>;
  /** Ends every process and removes the folder. */
  close(): Promise<void>;
}

/** Starts the servers behind the proxies. The kernel ends them, and whatever is launched later, when this process dies. */
export async function startSite(): Promise<RunningSite> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-bench-'));
  const daemons: Daemon[] = [];
  const site: RunningSite = {
    folder,
    chainFile: join(folder, 'public.crt'),
    keyFile: join(folder, 'public.key'),
    httpPorts: [await freePort(), await freePort()],
    tcpPort: await freePort(),
    async launch(name, command, core, ports) {
      const log = join(folder, `${name}.log`);
      const pinned = onCore(core, command.command, command.args);
      const daemon = await launchBound({ name, ...pinned, cwd: folder, log });
      daemons.push(daemon);
      const check = async () => {
        for (const port of ports) {
          (await connectTcp(port)).destroy();
        }
        return undefined;
      };
      await untilReady({ what: name, check, timeoutMs: 30_000, daemons: [daemon] });
      return daemon;
    },
    async close() {
      await Promise.all(daemons.map(async (daemon) => daemon.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await startServers(site);
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
}

async function startServers(site: RunningSite): Promise<void> {
  const { folder, httpPorts, tcpPort } = site;
  const certificate = issue(makeAuthority({ name: 'Benchmark' }), {
    commonName: 'localhost',
    dns: ['localhost'],
  });
  await writeFile(site.chainFile, certificate.chainPem);
  await writeFile(site.keyFile, certificate.keyPem);
  const configFile = join(folder, 'servers.conf');
  await writeFile(configFile, httpServerConfig(site));
  await mkdir(join(folder, 'www/webapp'), { recursive: true });
  await writeFile(join(folder, 'www/webapp/64k'), randomBytes(BODIES['/webapp/64k']));
  const nginx = { command: '/usr/sbin/nginx', args: nginxArguments(configFile, folder) };
  await site.launch('http-servers', nginx, LOAD_CORE, httpPorts);
  const tcpServer = { command: toolPath('tcp-server'), args: [String(tcpPort)] };
  await site.launch('tcp-server', tcpServer, LOAD_CORE, [tcpPort]);
}

function httpServerConfig({ httpPorts }: Site): string {
  const fields = ['for', 'proto', 'port', 'host'].map((name) => `$http_x_forwarded_${name}`);
  return `${NGINX_MAIN} pid servers.pid; error_log stderr error;
events { worker_connections 16000; }
http {
  access_log off; ${NGINX_FOLDERS}
  keepalive_requests 1000000000; keepalive_timeout 3600s;
  sendfile on; tcp_nopush on; open_file_cache max=100 inactive=1h; default_type text/plain;
  server {
    ${httpPorts.map((port) => `listen 127.0.0.1:${port} backlog=4096;`).join(' ')}
    root www;
    location = /webapp/1k { return 200 "${randomBytes(BODIES['/webapp/1k'] / 2).toString('hex')}"; }
    location = ${FIELDS_PATH} { return 200 "${fields.join(' ')}"; }
  }
}
`;
}
