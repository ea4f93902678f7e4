import { createHash, X509Certificate } from 'node:crypto';
import type { FrontendConfig, ProxyConfig } from '../../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import type { IssuedCertificate } from '../../support/certificates.ts';
import type { CertificateTimeline } from '../../support/load/pages.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../support/proxy-config.ts';
import type { ProxyProcess } from '../../support/proxy-process.ts';
import { freePort } from '../../cluster/process/free-port.ts';

/** Name that the certificates are for. */
export const HOSTNAME = 'twc.example.com';

type FrontendParts = NonNullable<Parameters<typeof frontendConfig>[0]>;

export interface SitePorts {
  /** Layer 4. */
  readonly flow: number;
  readonly web: number;
  /** The same with TLS. */
  readonly secure: number;
}

export interface SiteOptions {
  /** Servers of layer 4, and those of HTTP. */
  readonly tcp?: readonly number[];
  readonly http?: readonly number[];
  /** For all frontends. */
  readonly limits?: FrontendParts['limits'];
  readonly timeouts?: FrontendParts['timeouts'];
}

export async function sitePorts(): Promise<SitePorts> {
  return { flow: await freePort(), web: await freePort(), secure: await freePort() };
}

export const authority = makeAuthority({ name: 'Test root' });

export function certificate(commonName = HOSTNAME): IssuedCertificate {
  return issue(authority, { commonName, dns: [HOSTNAME] });
}

/** The files of a certificate, by the names that `siteConfig` gives them. */
export function certificateFiles({ chainPem, keyPem }: IssuedCertificate): Readonly<Record<string, string>> {
  return { 'tls.crt': chainPem, 'tls.key': keyPem };
}

/** Without servers of a kind, its frontends lead to a port on which nothing can listen for long. */
export function siteConfig(ports: SitePorts, { tcp = [1], http = [1], ...common }: SiteOptions): ProxyConfig {
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

/** Other routes each time, and frontends that come and go. */
export function variant(config: ProxyConfig, spare: readonly number[], index: number): ProxyConfig {
  const more = spare.slice(0, index % (spare.length + 1)).map((port, at) =>
    frontendConfig({
      name: `more-${at}`,
      port,
      protocol: index % 3 === 0 ? 'HTTPS' : 'HTTP',
      backend: 'pages',
    }),
  );
  const routes = [{ paths: [`/only-${index}`, '/page'], backend: 'pages' }];
  const frontends = config.frontends.map((frontend) =>
    frontend.protocol === 'TCP' ? frontend : { ...frontend, routes: [...frontend.routes, ...routes] },
  );
  return { ...config, frontends: [...frontends, ...more] };
}

/** Writes a configuration, with another certificate where one is given, and waits until the status says that it is served. */
export async function reload(
  proxy: ProxyProcess,
  config: ProxyConfig,
  next: IssuedCertificate | null,
  timeline: CertificateTimeline,
): Promise<void> {
  const text = JSON.stringify(config);
  const hash = createHash('sha256').update(text).digest('hex');
  const expected = next === null ? null : fingerprint(next);
  if (expected !== null) {
    timeline.written(expected);
  }
  await proxy.write({ config: text, files: next === null ? {} : certificateFiles(next) });
  await proxy.until(
    'the new configuration',
    ({ configHash, rejected, certificates }) =>
      configHash === hash &&
      rejected === null &&
      (expected === null || certificates[0]?.fingerprint === expected),
  );
  if (expected !== null) {
    timeline.served(expected);
  }
}

/** SHA-256 of a certificate, as the status has it. */
export function fingerprint({ certificatePem }: IssuedCertificate): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}
