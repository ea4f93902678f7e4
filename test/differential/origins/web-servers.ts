import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, Origin, Place } from './types.ts';

/** Written into the place's folder. */
function configFile({ folder }: Place, content: string): string {
  const path = join(folder, 'server.conf');
  writeFileSync(path, content);
  return path;
}

function nginx(place: Place): Launch {
  const { folder, port, application } = place;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n');
  const config = configFile(
    place,
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
${temporary}
  client_max_body_size 0;
  client_header_buffer_size 64k;
  large_client_header_buffers 4 256k;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    location / {
      scgi_pass 127.0.0.1:${application.scgi};
      scgi_buffer_size 64k;
      scgi_buffers 8 64k;
      scgi_busy_buffers_size 128k;
      scgi_param REQUEST_METHOD $request_method;
      scgi_param REQUEST_URI $request_uri;
      scgi_param HTTP_HOST $http_host;
      scgi_param CONTENT_LENGTH $content_length;
    }
  }
}
`,
  );
  return { command: '/usr/sbin/nginx', args: ['-p', folder, '-c', config, '-e', `${folder}/error.log`] };
}

function apache(place: Place): Launch {
  const { folder, port, application } = place;
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http']
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
    .join('\n');
  mkdirSync(join(folder, 'documents'), { recursive: true });
  const config = configFile(
    place,
    `ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
DocumentRoot ${folder}/documents
Listen 127.0.0.1:${port}
${modules}
MaxKeepAliveRequests 0
KeepAliveTimeout 60
LimitRequestLine 262144
LimitRequestFieldSize 262144
LimitRequestFields 1000
AllowEncodedSlashes NoDecode
MergeSlashes Off
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${application.http}/ nocanon
`,
  );
  return { command: '/usr/sbin/apache2', args: ['-X', '-d', folder, '-f', config] };
}

function lighttpd(place: Place): Launch {
  const { folder, port, application } = place;
  const config = configFile(
    place,
    `server.modules = ("mod_scgi")
server.document-root = "${folder}"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${folder}/error.log"
server.upload-dirs = ("${folder}")
server.max-request-field-size = 262144
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 60
server.stream-request-body = 0
server.range-requests = "disable"
server.http-parseopts = (
  "host-strict" => "disable",
  "host-normalize" => "disable",
  "url-ctrls-reject" => "disable",
  "method-get-body" => "enable"
)
scgi.server = ("/" => (("host" => "127.0.0.1", "port" => ${application.scgi}, "check-local" => "disable")))
`,
  );
  return { command: '/usr/sbin/lighttpd', args: ['-D', '-f', config] };
}

/** They hand what they have read to an application. */
export const WEB_SERVERS: readonly Origin[] = [
  { name: 'nginx', packages: ['nginx'], prepare: nginx },
  { name: 'apache2', packages: ['apache2-bin'], prepare: apache },
  { name: 'lighttpd', packages: ['lighttpd'], prepare: lighttpd },
];
