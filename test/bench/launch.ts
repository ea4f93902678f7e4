import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import tls from 'node:tls';
import type { IncomingMessage } from 'node:http';
import type { Daemon } from '../cluster/process/daemon.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { CIPHER, PUBLIC_PORT } from './candidates/shared.ts';
import { PROXY_CORE } from './cores.ts';
import { BODIES, FIELDS_PATH, type RunningSite } from './site.ts';
import type { Candidate, FrontendPorts, RunningCandidate } from './types.ts';

/** A candidate that can be ended before its site. */
export interface LaunchedCandidate extends RunningCandidate {
  readonly daemon: Daemon;
}

/**
 * Starts a candidate and makes sure that it does the same work as all others.
 *
 * @throws if it does not
 */
export async function launchCandidate(candidate: Candidate, site: RunningSite): Promise<LaunchedCandidate> {
  const { name } = candidate;
  const ports: FrontendPorts = { http: await freePort(), https: await freePort(), tcp: await freePort() };
  const folder = await mkdtemp(join(site.folder, `${name}-`));
  const command = await candidate.prepare(site, ports, folder);
  const daemon = await site.launch(name, command, PROXY_CORE, Object.values(ports));
  await requireEqualWork(name, ports);
  const http2 = (await handshake(ports.https, ['h2', 'http/1.1'])).alpn === 'h2';
  return { name, pid: daemon.pid, ports, http2, daemon };
}

async function requireEqualWork(name: string, { https: port }: FrontendPorts): Promise<void> {
  const { protocol, cipher } = await handshake(port, ['http/1.1']);
  const expected = ['127.0.0.1', 'https', PUBLIC_PORT, 'localhost'].join(' ');
  const problems =
    protocol === 'TLSv1.3' && cipher === CIPHER ? [] : [`it speaks ${protocol} with ${cipher}`];
  for (const [path, length] of Object.entries(BODIES)) {
    const { length: received } = await get(port, path);
    problems.push(...(received === length ? [] : [`${path} has ${received} bytes`]));
  }
  const fields = (await get(port, FIELDS_PATH)).toString();
  problems.push(...(fields === expected ? [] : [`servers are told "${fields}" instead of "${expected}"`]));
  if (problems.length > 0) {
    throw new Error(`${name} would do other work than the rest: ${problems.join('; ')}`);
  }
}

async function get(port: number, path: string): Promise<Buffer> {
  const options = { host: '127.0.0.1', port, path, agent: false, rejectUnauthorized: false };
  const request = https.get({ ...options, headers: { host: 'localhost' } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await buffer(response);
  return response.statusCode === 200 ? body : Buffer.alloc(0);
}

async function handshake(port: number, protocols: readonly string[]) {
  const socket = tls.connect({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ALPNProtocols: [...protocols],
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const facts = {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    alpn: socket.alpnProtocol,
  };
  socket.destroy();
  return facts;
}
