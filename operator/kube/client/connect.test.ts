import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { CONFIG_MAPS } from '../resources.ts';
import { connect } from './connect.ts';

let server: Server;
let folder: string;
let seen: (string | undefined)[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    seen.push(request.headers.authorization, request.headers['user-agent']);
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  folder = mkdtempSync(join(tmpdir(), 'connect-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function kubeconfig(user: object): string {
  const { port } = server.address() as AddressInfo;
  const name = 'test';
  const path = join(folder, 'kubeconfig');
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster }],
      users: [{ name, user }],
    }),
  );
  return path;
}

async function ask({ user, clock = new FakeClock() }: { user: object; clock?: FakeClock }) {
  const connection = connect({ userAgent: 'test/1', kubeconfig: kubeconfig(user), clock });
  const get = () => connection.client.get(CONFIG_MAPS, { namespace: 'tools', name: 'a' });
  await get();
  return { connection, get };
}

describe('connect', () => {
  it('sends the token of the kubeconfig, and says who it is', async () => {
    const { connection } = await ask({ user: { token: 'inline' } });
    connection.close();

    expect(seen).toEqual(['Bearer inline', 'test/1']);
    expect(connection.serviceAccount).toBeUndefined();
  });

  it('sends the token that a file beside the kubeconfig holds, and reads it again after a minute', async () => {
    const clock = new FakeClock();
    const claims = { 'kubernetes.io': { namespace: 'ops', serviceaccount: { name: 'op', uid: '1' } } };
    const first = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    writeFileSync(join(folder, 'token'), `${first}\n`);
    const { connection, get } = await ask({ user: { tokenFile: 'token' }, clock });

    writeFileSync(join(folder, 'token'), 'second\n');
    await get();
    await clock.advance(60_000);
    await get();
    connection.close();

    expect(seen.filter((header) => header?.startsWith('Bearer'))).toEqual([
      `Bearer ${first}`,
      `Bearer ${first}`,
      'Bearer second',
    ]);
    expect(connection.serviceAccount).toEqual({ namespace: 'ops', name: 'op', uid: '1' });
  });

  it('fails when the file with the token is not there', () => {
    const path = kubeconfig({ tokenFile: 'none' });

    expect(() => connect({ userAgent: 'test/1', kubeconfig: path })).toThrow(/ENOENT.*none/);
  });
});
