import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import type { BackendConfig, HealthCheckConfig, UpstreamTlsConfig } from '../../config/types.ts';
import { writeOwnHeader } from '../../proxy-protocol/write.ts';
import { attempt } from '../connect.ts';
import type { Endpoint } from '../connect.ts';
import { buildTlsPolicy } from '../tls.ts';
import type { TlsPolicy } from '../tls.ts';
import type { CheckVerdict } from './types.ts';

/** Asks a server once whether it works; never rejects. `signal` ends the check. */
export type Probe = (server: Endpoint, signal: AbortSignal) => Promise<CheckVerdict>;

/** Clients that end TLS themselves verify the servers; the proxy only looks whether they speak it. */
const UNVERIFIED: UpstreamTlsConfig = { verify: 'None', trustFiles: [], pinnedSha256: [] };

/** A status line is not longer than that in any response worth reading. Bytes. */
const MAX_STATUS_LINE = 1024;

/** How the servers of a backend are checked; `trustPems` as for its traffic. */
export function buildProbe(
  backend: BackendConfig,
  check: HealthCheckConfig,
  trustPems: readonly string[],
): Probe {
  const { protocol, timeout } = check;
  const policy = checkPolicy(backend, check, trustPems);
  const header = backend.proxyProtocol === undefined ? null : writeOwnHeader(backend.proxyProtocol);
  return async (server, signal) => {
    const startedAt = performance.now();
    const outcome = await attempt({ server, policy, header, connectTimeout: timeout, signal });
    if (outcome.result === 'Cancelled') {
      return failed('the check was given up');
    }
    if (outcome.result === 'Failed') {
      return failed(outcome.message);
    }
    const { socket } = outcome;
    try {
      if (protocol === 'TCP' || protocol === 'TLS') {
        return { up: true };
      }
      socket.write(request(backend, check, server));
      const line = await statusLine(socket, Math.max(1, timeout - (performance.now() - startedAt)), signal);
      return judge(line, check);
    } finally {
      socket.destroy();
    }
  };
}

function checkPolicy(
  backend: BackendConfig,
  { protocol }: HealthCheckConfig,
  trustPems: readonly string[],
): TlsPolicy | null {
  return protocol === 'TLS' || protocol === 'HTTPS'
    ? buildTlsPolicy({ ...backend, protocol, tls: backend.tls ?? UNVERIFIED }, trustPems)
    : null;
}

function request(backend: BackendConfig, { path }: HealthCheckConfig, { config }: Endpoint): string {
  const host = backend.tls?.serverName ?? config.host;
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${config.port}`;
  return `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: teamwork-proxy-health-check\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

/** The first line that comes back, as far as it came in time; null when time ran out before. */
async function statusLine(socket: Socket, timeout: number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const late = (): void => finish(null);
    const ended = (): void => finish(text);
    const timer = setTimeout(late, timeout);
    const finish = (line: string | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', ended);
      socket.removeAllListeners('data').off('end', ended).off('close', ended);
      resolve(line);
    };
    signal.addEventListener('abort', ended);
    socket.on('end', ended).on('close', ended);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\n');
      if (end !== -1 || text.length > MAX_STATUS_LINE) {
        finish(text.slice(0, end === -1 ? MAX_STATUS_LINE : end));
      }
    });
  });
}

function judge(line: string | null, { path, timeout, expectedStatus }: HealthCheckConfig): CheckVerdict {
  if (line === null) {
    return failed(`no answer to GET ${path} within ${timeout} ms`);
  }
  const status = Number(/^HTTP\/1\.[01] ([1-5]\d\d)(?: |\r|$)/.exec(line)?.[1] ?? 0);
  if (status === 0) {
    return failed(
      line === ''
        ? `the connection ended before an answer to GET ${path}`
        : `what it answers to GET ${path} is not HTTP/1.1`,
    );
  }
  if (expectedStatus === undefined ? status >= 200 && status < 400 : status === expectedStatus) {
    return { up: true };
  }
  return failed(`it answers GET ${path} with ${status}, expected is ${expectedStatus ?? '200 to 399'}`);
}

function failed(reason: string): CheckVerdict {
  return { up: false, message: `health check: ${reason}` };
}
