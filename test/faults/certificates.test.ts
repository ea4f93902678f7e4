import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { describe, expect, it, jest } from '@jest/globals';
import { startTcpServer } from '../support/tcp.ts';
import { metric } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';
import { authority, certificate, certificateFiles, HOSTNAME } from './support/site.ts';

jest.setTimeout(60_000);

const set = scenes();
const [first, second] = [certificate('first'), certificate('second')] as const;

async function start() {
  const server = await startTcpServer((socket) => void socket.on('data', () => socket.write(ok('served'))));
  set.after(async () => server.close());
  return set.start({ http: [server.port], certificate: first });
}

async function connect(port: number): Promise<tls.TLSSocket> {
  const socket = tls.connect({ host: '127.0.0.1', port, ca: authority.rootPem, servername: HOSTNAME });
  set.after(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function request(client: tls.TLSSocket): Promise<string> {
  client.write(get());
  const [response] = (await once(client, 'data')) as [Buffer];
  return response.toString('latin1');
}

function commonName(client: tls.TLSSocket): string {
  return String(client.getPeerCertificate().subject.CN);
}

describe('a certificate that is replaced', () => {
  it('is shown to new connections, and the old connections work on', async () => {
    const { proxy, ports } = await start();
    const old = await connect(ports.secure);
    await request(old);

    await proxy.write({ files: certificateFiles(second) });
    await proxy.until(
      'the new certificate',
      ({ certificates }) => certificates[0]?.fingerprint === fingerprint(second),
    );
    const fresh = await connect(ports.secure);

    expect(commonName(fresh)).toBe('second');
    expect(await request(fresh)).toContain('served');
    expect(await request(old)).toContain('served');
    expect(commonName(old)).toBe('first');
  });

  it.each([
    ['a key that belongs to another certificate', { 'tls.key': second.keyPem }, 'tls.key does not belong to'],
    ['a chain that belongs to another key', { 'tls.crt': second.chainPem }, 'tls.key does not belong to'],
    ['half a chain', { 'tls.crt': second.chainPem.slice(0, 300) }, 'tls.crt holds no PEM certificate'],
    ['an empty key', { 'tls.key': '' }, 'tls.key holds no PEM private key'],
  ])(
    'by %s is refused with its reason; the old one is shown on, until both fit',
    async (_what, files, reason) => {
      const { proxy, ports } = await start();

      await proxy.write({ files });
      const { rejected } = await proxy.until('a refusal', (status) => status.rejected !== null);
      const meanwhile = await connect(ports.secure);
      const current = await metric(proxy, 'teamwork_proxy_config_current');
      await proxy.write({ files: certificateFiles(second) });
      const mended = await proxy.until('the new certificate', (status) => status.rejected === null);

      expect(rejected?.errors[0]?.message).toContain(reason);
      expect(commonName(meanwhile)).toBe('first');
      expect(await request(meanwhile)).toContain('served');
      expect(current).toBe(0);
      expect(mended.certificates[0]?.fingerprint).toBe(fingerprint(second));
      expect(commonName(await connect(ports.secure))).toBe('second');
    },
  );
});

function fingerprint({ certificatePem }: typeof first): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}
