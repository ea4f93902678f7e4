import { request } from 'node:https';
import type { Access } from './kubeconfig.ts';

/** An answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

const timeoutMs = 5000;

/**
 * Gets a path of the API server.
 *
 * @throws if there is no answer within 5 s
 */
export async function get(access: Access, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, access.url),
      {
        ca: access.certificateAuthority,
        cert: access.clientCertificate,
        key: access.clientKey,
        timeout: timeoutMs,
        // A connection that is kept would keep the process that asked.
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('timeout', () =>
      call.destroy(new Error(`${access.url}${path} did not answer within ${timeoutMs} ms`)),
    );
    call.on('error', reject);
    call.end();
  });
}

/** Why a path does not answer with 200 yet, or nothing if it does: a {@link ReadyCheck} for anything the API server shows. */
export async function notFoundYet(access: Access, path: string): Promise<string | undefined> {
  const { status, body } = await get(access, path);
  return status === 200 ? undefined : `GET ${path} answers ${status}: ${body.trim().slice(0, 300)}`;
}
