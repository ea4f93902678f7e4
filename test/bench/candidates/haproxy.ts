import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/process/run.ts';
import type { Candidate, FrontendPorts, Site } from '../types.ts';
import { CIPHER, MAX_CONNECTIONS, PUBLIC_PORT, TIMEOUTS } from './shared.ts';

/** Debian's HAProxy with one thread; buffers as they are by default. */
export const haproxy: Candidate = {
  name: 'haproxy',
  async version() {
    return /version ([\d.]+)/.exec((await run('/usr/sbin/haproxy', ['-v'])).stdout)?.[1] ?? 'unknown';
  },
  async prepare(site, ports, folder) {
    const certificate = join(folder, 'haproxy.pem');
    const configFile = join(folder, 'haproxy.cfg');
    await writeFile(
      certificate,
      (await readFile(site.chainFile, 'utf8')) + (await readFile(site.keyFile, 'utf8')),
    );
    await writeFile(configFile, configOf(site, ports, certificate));
    return { command: '/usr/sbin/haproxy', args: ['-db', '-f', configFile] };
  },
};

function configOf(
  { httpPorts: [webapp, rest], tcpPort }: Site,
  ports: FrontendPorts,
  certificate: string,
): string {
  return `global
  nbthread 1
  maxconn ${MAX_CONNECTIONS}
  ssl-default-bind-options ssl-min-ver TLSv1.2
  ssl-default-bind-ciphersuites ${CIPHER}
  tune.ssl.cachesize 20000
defaults
  mode http
  timeout connect ${TIMEOUTS.connect}s
  timeout client ${TIMEOUTS.idle}s
  timeout server ${TIMEOUTS.idle}s
  timeout http-request ${TIMEOUTS.header}s
  timeout http-keep-alive ${TIMEOUTS.keepAlive}s
frontend web
  bind 127.0.0.1:${ports.http} backlog 4096
  bind 127.0.0.1:${ports.https} backlog 4096 ssl crt ${certificate} alpn h2,http/1.1
  option http-no-delay
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http if !{ ssl_fc }
  http-request set-header X-Forwarded-Port ${PUBLIC_PORT}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend webapp if { path_beg /webapp }
  default_backend rest
backend webapp
  http-reuse always
  server one 127.0.0.1:${webapp} check inter 5s
backend rest
  http-reuse always
  server one 127.0.0.1:${rest} check inter 5s
listen tcp
  mode tcp
  bind 127.0.0.1:${ports.tcp} backlog 4096
  server one 127.0.0.1:${tcpPort} check inter 5s
`;
}
