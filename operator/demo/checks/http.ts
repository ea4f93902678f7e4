import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** Where a flow is, and whom its client trusts. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Name that the client uses: asked for, and looked for in the certificate. */
  readonly hostname: string;
  /** The only certificate that is trusted, PEM. */
  readonly ca: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/** One GET over a connection of its own, as a browser makes it; throws when the certificate can't be verified. */
export async function get({ address, port, hostname, ca }: Endpoint, path: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    host: address,
    port,
    path,
    ca,
    servername: hostname,
    headers: { Host: port === 443 ? hostname : `${hostname}:${port}` },
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  request(options, (response) => {
    text(response).then(
      (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      reject,
    );
  })
    .on('error', reject)
    .end();
  return promise;
}
