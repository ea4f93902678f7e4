import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../test/support/http/messages.ts';
import { get, httpScenes, ok, until, type Scene } from '../../test/support/http/scene.ts';

const setUp = httpScenes();

const HANDSHAKE = get(
  '/ws',
  'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n',
);
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\n\r\n';
const PASSED_ON =
  'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: y\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A scene with an open tunnel. */
async function tunnel(frontend: Parameters<typeof setUp>[1] = {}): Promise<Scene> {
  const scene = await setUp(SWITCH, frontend);
  await scene.client.send(HANDSHAKE);
  await scene.client.until((all) => all === PASSED_ON);
  return scene;
}

describe('a switch of protocols', () => {
  it('is asked for and granted in plain form', async () => {
    const { client, upstream } = await tunnel();

    const fields = upstream.requests()[0]?.fields ?? [];
    expect(valuesOf(fields, 'connection')).toEqual(['Upgrade']);
    expect(valuesOf(fields, 'upgrade')).toEqual(['websocket']);
    expect(client.received()).toBe(PASSED_ON);
  });

  it('opens a tunnel for bytes of both directions', async () => {
    const { client, upstream } = await tunnel();

    await client.send('\x81\x05hello');
    await until(() => upstream.connections()[0]?.bytes.endsWith('\x81\x05hello') === true);
    upstream.sockets[0]?.write('\x81\x02ok', 'latin1');
    const received = await client.until((all) => all.endsWith('ok'));

    expect(received).toBe(`${PASSED_ON}\x81\x02ok`);
  });

  it('loses nothing of what was sent too early', async () => {
    const { client, upstream } = await setUp(`${SWITCH}server first`);

    await client.send(`${HANDSHAKE}client first`);
    const received = await client.until((all) => all.endsWith('server first'));
    await until(() => upstream.connections()[0]?.bytes.endsWith('client first') === true);

    expect(received).toBe(`${PASSED_ON}server first`);
  });

  it('is no tunnel before the server has agreed', async () => {
    const { client, upstream } = await setUp(ok('no'));

    await client.send(`${HANDSHAKE}${get('/next')}`);
    const received = await client.until((all) => all.endsWith(ok('no') + ok('no')));

    expect(received).toBe(ok('no') + ok('no'));
    expect(upstream.requests().map(({ target }) => target)).toEqual(['/ws', '/next']);
  });

  it.each([
    ['to another protocol', SWITCH.replace('websocket', 'h2c')],
    ['without saying to which', SWITCH.replace('Upgrade: websocket\r\n', '')],
    ['without Connection', SWITCH.replace('Connection: Upgrade\r\n', '')],
  ])('%s is refused', async (_what, response) => {
    const { client } = await setUp(response);

    await client.send(HANDSHAKE);

    expect(await client.until((all) => all.includes('invalid response'))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('never goes where the target says', async () => {
    const { client, upstream } = await setUp(SWITCH);

    await client.send(HANDSHAKE.replace('/ws', 'http://169.254.169.254/'));
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.sockets).toHaveLength(0);
  });

  it('gets a server connection of its own', async () => {
    const scene = await setUp(
      ({ target }, socket) => void socket.write(target === '/ws' ? SWITCH : ok('hello')),
    );
    await scene.client.send(get());
    await scene.client.until((all) => all.endsWith('hello'));
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));

    await scene.client.send(HANDSHAKE);
    await scene.client.until((all) => all.endsWith(PASSED_ON));

    expect(scene.upstream.sockets).toHaveLength(2);
  });
});

describe('a tunnel', () => {
  it('ends when both sides have ended, and is logged', async () => {
    const { client, proxy } = await tunnel();

    await client.send('bye');
    client.socket.end();
    const { how } = await client.closed();
    await until(() => proxy.requests.length === 1);

    expect(how).toBe('End');
    expect(proxy.requests).toMatchObject([
      { path: '/ws', status: 101, bytesIn: 3, bytesOut: 0, error: null },
    ]);
  });

  it('that nothing passes through is ended in time', async () => {
    const { client, proxy } = await tunnel({ timeouts: { idle: 20 } });

    const { how } = await client.closed();
    await until(() => proxy.requests.length === 1);

    expect(how).toBe('Reset');
    expect(proxy.requests).toMatchObject([{ status: 101, error: 'TunnelTimeout' }]);
  });

  it('counts its bytes as they pass', async () => {
    const { client, proxy, upstream } = await tunnel();

    await client.send('hello');
    await until(() => upstream.connections()[0]?.bytes.endsWith('hello') === true);

    const bytes = proxy.registry
      .snapshot()
      .find(({ name }) => name === 'teamwork_proxy_http_body_bytes_total');
    expect(bytes?.series).toContainEqual({ labels: ['web', 'servers', 'in'], value: 5 });
  });
});
