import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/process/run.ts';
import type { Candidate, FrontendPorts, Site } from '../types.ts';
import { CIPHER, MAX_CONNECTIONS, PUBLIC_PORT, TIMEOUTS } from './shared.ts';

/** Debian's nginx as one process; buffers as they are by default. */
export const nginx: Candidate = {
  name: 'nginx',
  async version() {
    return /nginx\/([\d.]+)/.exec((await run('/usr/sbin/nginx', ['-v'])).stderr)?.[1] ?? 'unknown';
  },
  async prepare(site, ports, folder) {
    const configFile = join(folder, 'nginx.conf');
    await writeFile(configFile, configOf(site, ports));
    return { command: '/usr/sbin/nginx', args: nginxArguments(configFile, folder) };
  },
};

/** One process that dies with whoever started it: a worker would outlive a master that is killed. */
export const NGINX_MAIN = 'daemon off; master_process off; worker_rlimit_nofile 20000;';

export function nginxArguments(configFile: string, folder: string): readonly string[] {
  return ['-e', 'stderr', '-p', folder, '-c', configFile];
}

/** The folders that nginx would else look for among those of the host. */
export const NGINX_FOLDERS = `client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;`;

function configOf(site: Site, ports: FrontendPorts): string {
  const [webapp, rest] = site.httpPorts;
  return `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
${NGINX_MAIN} pid nginx.pid; error_log stderr error;
events { worker_connections ${MAX_CONNECTIONS * 2}; }
http {
  access_log off; ${NGINX_FOLDERS}
  keepalive_requests 1000000000; keepalive_timeout ${TIMEOUTS.keepAlive}s;
  client_header_timeout ${TIMEOUTS.header}s;
  proxy_connect_timeout ${TIMEOUTS.connect}s; proxy_read_timeout ${TIMEOUTS.idle}s;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command Ciphersuites ${CIPHER};
  ssl_session_cache shared:sessions:10m; ssl_session_timeout 1h;
  ${upstream('webapp', webapp)}
  ${upstream('rest', rest)}
  server {
    listen 127.0.0.1:${ports.http} backlog=4096;
    listen 127.0.0.1:${ports.https} backlog=4096 ssl http2;
    ssl_certificate ${site.chainFile}; ssl_certificate_key ${site.keyFile};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Port ${PUBLIC_PORT};
    proxy_set_header X-Forwarded-Host $http_host;
    location /webapp { proxy_pass http://webapp; }
    location / { proxy_pass http://rest; }
  }
}
stream {
  proxy_connect_timeout ${TIMEOUTS.connect}s; proxy_timeout ${TIMEOUTS.idle}s;
  server { listen 127.0.0.1:${ports.tcp} backlog=4096; proxy_pass 127.0.0.1:${site.tcpPort}; }
}
`;
}

function upstream(name: string, port: number): string {
  return `upstream ${name} {
    server 127.0.0.1:${port};
    keepalive 256; keepalive_requests 1000000000; keepalive_timeout ${TIMEOUTS.keepAlive}s;
  }`;
}
