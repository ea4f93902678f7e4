import { httpBackend } from '../http/proxy.ts';
import { startRecordingUpstream, type RecordingUpstream } from '../http/recording-upstream.ts';
import type { Answer } from '../http/scene.ts';
import { issue, makeAuthority } from '../certificates.ts';
import { startDataPlane, type DataPlane } from '../data-plane.ts';
import { frontendConfig, proxyConfig } from '../proxy-config.ts';
import { freePort } from '../../cluster/process/free-port.ts';

/** The whole data plane with an HTTPS frontend, a plain HTTP one, and one server behind both. */
export interface HttpsProxy {
  readonly plane: DataPlane;
  readonly https: number;
  readonly http: number;
  /** The certificate that clients have to trust, PEM. */
  readonly trust: string;
  readonly upstream: RecordingUpstream;
  close(): Promise<void>;
}

/** The certificate is for `localhost`. */
export async function startHttpsProxy(answer?: Answer): Promise<HttpsProxy> {
  const authority = makeAuthority({ name: 'Test root' });
  const upstream = await startRecordingUpstream(answer);
  const plane = startDataPlane();
  const https = await freePort();
  const http = await freePort();
  const config = proxyConfig({
    certificates: [{ name: 'public', chainFile: 'public.crt', keyFile: 'public.key' }],
    frontends: [
      frontendConfig({ name: 'https', port: https, protocol: 'HTTPS' }),
      frontendConfig({ name: 'http', port: http, protocol: 'HTTP' }),
    ],
    backends: [httpBackend([upstream.port])],
  });
  await plane.apply(config, { public: issue(authority, { commonName: 'localhost', dns: ['localhost'] }) });
  return {
    plane,
    https,
    http,
    trust: authority.certificatePem,
    upstream,
    close: async () => {
      plane.stop();
      await upstream.close();
    },
  };
}
