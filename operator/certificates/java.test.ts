import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { describeWith } from '../../test/support/describe-with.ts';
import { JDK } from '../../test/support/tools.ts';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { trustAnchor, trustStores } from './client-trust.ts';
import type { TrustAnchor } from './client-trust.ts';
import { readPemPair } from './pem.ts';
import { writeKeystore } from './pkcs12/write.ts';
import { success } from './testdata/fixtures.ts';

const run = promisify(execFile);

/** A JVM that compiles its program first takes a second, and more where much else runs. */
jest.setTimeout(60_000);

// Where there is none, the byte-by-byte comparisons with files that keytool made have to do.
describeWith(JDK, 'a JVM', () => {
  const root = makeAuthority({ name: 'root' });
  const intermediate = makeAuthority({ name: 'intermediate', issuer: root });
  const server = issue(intermediate, { commonName: 'server', dns: ['localhost'] });
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it.each([
    { what: 'a chain with its root', chain: server.fullChainPem },
    { what: 'a chain without its root', chain: server.chainPem },
  ])(
    'that trusts only what is published for $what accepts the server, and no other does',
    async ({ chain }) => {
      const stranger = issue(makeAuthority({ name: 'root' }), { commonName: 'server', dns: ['localhost'] });
      const stores = [
        ...(await writeTrust('own', chain, server.keyPem)),
        ...(await writeTrust('other', stranger.fullChainPem, stranger.keyPem)),
      ];

      const verdicts = await connect(server.chainPem, server.keyPem, stores);

      expect(verdicts).toEqual(['accepted', 'accepted', 'refused', 'refused']);
    },
  );

  it('lists the keystore that is written for the demo', async () => {
    const { keyPem, fullChainPem: chainPem } = issue(intermediate, {
      commonName: 'twc',
      keyType: 'RSA-2048',
    });
    const file = join(folder, 'keystore.p12');
    await writeFile(file, writeKeystore({ alias: 'teamworkcloud', password: 'changeit', keyPem, chainPem }));

    const { stdout } = await run('keytool', ['-list', '-v', '-keystore', file, '-storepass', 'changeit']);

    expect(stdout).toMatch(
      /Alias name: teamworkcloud[^]*Entry type: PrivateKeyEntry\nCertificate chain length: 3\n/,
    );
  });

  async function writeTrust(name: string, chainPem: string, keyPem: string): Promise<string[]> {
    const decoy = issue(makeAuthority({ name: 'decoy' }), { commonName: 'server', dns: ['localhost'] });
    const { jks, p12 } = trustStores([
      { name: 'decoy', anchor: anchorOf(decoy.fullChainPem, decoy.keyPem) },
      { name: 'public', anchor: anchorOf(chainPem, keyPem) },
    ]);
    const files = { jks: join(folder, `${name}.jks`), p12: join(folder, `${name}.p12`) };
    await writeFile(files.jks, jks);
    await writeFile(files.p12, p12);
    return ['JKS', files.jks, 'PKCS12', files.p12];
  }

  function anchorOf(chainPem: string, keyPem: string): TrustAnchor {
    return trustAnchor(success(readPemPair(chainPem, keyPem)).material);
  }

  async function connect(cert: string, key: string, stores: readonly string[]): Promise<string[]> {
    const listener = createServer({ cert, key }, (socket) => socket.on('error', () => {}).end());
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    try {
      const client = fileURLToPath(new URL('testdata/TrustClient.java', import.meta.url));
      const { stdout } = await run('java', [client, String(port), ...stores]);
      return stdout.trim().split('\n');
    } finally {
      listener.close();
    }
  }
});
