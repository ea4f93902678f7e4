import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaClasses, smallJvm, tomcatHome } from './java.ts';
import { keystorePassword } from './keytool.ts';
import type { Keystore } from './keytool.ts';
import { ports, workPath } from './layout.ts';

/**
 * Prepares the folder of one Tomcat (CATALINA_BASE) and gives the command that runs it. As on a Teamwork Cloud node there are two servers in
 * it, one for the web applications and one for REST, both with that keystore, TLS 1.2 and HTTP/1.1 only.
 */
export function prepareTomcat(name: string, keystore: Keystore): readonly [string, ...string[]] {
  const base = workPath('tomcat', name);
  rmSync(base, { recursive: true, force: true });
  for (const folder of ['conf', 'logs', 'temp', 'work']) mkdirSync(join(base, folder), { recursive: true });
  const application = join(base, 'webapps/ROOT/WEB-INF/classes');
  cpSync(javaClasses, application, { recursive: true });
  copyFileSync(keystore.path, join(base, 'conf/keystore.p12'));
  writeFileSync(join(base, 'conf/server.xml'), serverXml);
  writeFileSync(join(base, 'conf/web.xml'), webXml);

  const settings = {
    'catalina.home': tomcatHome,
    'catalina.base': base,
    'java.io.tmpdir': join(base, 'temp'),
    'server.name': name,
  };
  const classpath = ['bootstrap.jar', 'tomcat-juli.jar'].map((jar) => join(tomcatHome, 'bin', jar)).join(':');
  const properties = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
  const main = ['-cp', classpath, 'org.apache.catalina.startup.Bootstrap', 'start'];
  return ['java', ...smallJvm('192m'), ...properties, ...main];
}

const service = (serviceName: string, port: number) => `
  <Service name="${serviceName}">
    <Connector port="${port}" protocol="org.apache.coyote.http11.Http11NioProtocol" SSLEnabled="true" scheme="https" secure="true">
      <SSLHostConfig protocols="TLSv1.2">
        <Certificate certificateKeystoreFile="conf/keystore.p12" certificateKeystoreType="PKCS12"
          certificateKeystorePassword="${keystorePassword}" certificateKeyAlias="teamworkcloud" />
      </SSLHostConfig>
    </Connector>
    <Engine name="${serviceName}" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" />
    </Engine>
  </Service>`;

const serverXml = `<?xml version="1.0" encoding="UTF-8"?>
<Server port="-1">${service('webapp', ports.webapp)}${service('rest', ports.rest)}
</Server>
`;

const webXml = `<?xml version="1.0" encoding="UTF-8"?>
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" />
`;
