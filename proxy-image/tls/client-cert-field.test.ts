import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWith } from '../../test/support/describe-with.ts';
import { CURL, OPENSSL } from '../../test/support/tools.ts';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import type { IssuedCertificate } from '../../test/support/certificates.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow } from '../../test/support/flow.ts';
import { httpBackend } from '../../test/support/http/proxy.ts';
import { startRecordingUpstream } from '../../test/support/http/recording-upstream.ts';
import type { RecordingUpstream } from '../../test/support/http/recording-upstream.ts';
import type { ClientCertificatesConfig } from '../config/types.ts';

const authority = makeAuthority({ name: 'Public root' });
const clientAuthority = makeAuthority({ name: 'Client root' });
const issued = {
  engineer: issue(clientAuthority, { commonName: 'engineer', side: 'Client', keyType: 'RSA-2048' }),
  expired: issue(clientAuthority, { commonName: 'engineer', side: 'Client', days: -1 }),
  stranger: issue(makeAuthority({ name: 'Other root' }), { commonName: 'engineer', side: 'Client' }),
};
const trust = new Map([['clients.pem', clientAuthority.rootPem]]);
const TOLD = { trustFiles: ['clients.pem'], mode: 'Optional', forward: 'ClientCert' } as const;
/** What somebody would say who wants to be taken for another. */
const CLAIMS = ['Client-Cert: :QUJD:', 'client-cert-chain: :QUJD:', 'Connection: close, Client-Cert'];

let folder: string;
let upstream: RecordingUpstream;
const flows: Flow[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-cert-'));
  for (const [name, { chainPem, keyPem }] of Object.entries(issued)) {
    await writeFile(join(folder, `${name}.crt`), chainPem);
    await writeFile(join(folder, `${name}.key`), keyPem);
  }
});

afterAll(async () => rm(folder, { recursive: true }));

beforeEach(async () => {
  upstream = await startRecordingUpstream();
});

afterEach(async () => {
  for (const flow of flows.splice(0)) {
    flow.stop();
  }
  await upstream.close();
});

/** The port of an HTTPS frontend. */
async function start(clientCertificates: ClientCertificatesConfig | null, name = 'web'): Promise<number> {
  const flow = await startFlow({
    frontend: {
      name,
      protocol: 'HTTPS',
      certificates: ['public'],
      ...(clientCertificates === null ? {} : { clientCertificates }),
    },
    backends: [httpBackend([upstream.port])],
    certificates: { public: issue(authority, { commonName: 'localhost', dns: ['localhost'] }) },
    trust,
  });
  flows.push(flow);
  return flow.port;
}

/** What the servers are told of certificates, request by request. */
function told(): readonly (readonly string[])[] {
  return upstream
    .requests()
    .map(({ fields }) =>
      fields
        .filter(([name]) => name.toLowerCase().startsWith('client-cert'))
        .map(([name, value]) => `${name}: ${value}`),
    );
}

function field({ chainPem }: IssuedCertificate): string {
  return `Client-Cert: :${new X509Certificate(chainPem).raw.toString('base64')}:`;
}

function shown(name: keyof typeof issued): readonly string[] {
  return ['--cert', join(folder, `${name}.crt`), '--key', join(folder, `${name}.key`)];
}

describeWith(CURL, 'Client-Cert, with curl', () => {
  describe.each(['--http1.1', '--http2'])('%s', (version) => {
    const run = promisify(execFile);

    /** The status; rejects where there is no answer. */
    async function ask(port: number, ...args: readonly string[]): Promise<string> {
      const claims = CLAIMS.filter((claim) => version === '--http1.1' || !claim.startsWith('Connection'));
      const common = ['--silent', '--show-error', '--insecure', version, '--max-time', '20'];
      const output = ['--output', '/dev/null', '--write-out', '%{http_code}'];
      const headers = claims.flatMap((claim) => ['--header', claim]);
      const url = `https://localhost:${port}/a`;
      const { stdout } = await run('curl', [...common, ...output, ...headers, ...args, url]);
      return stdout;
    }

    it('is what the client has shown, and not what it says', async () => {
      expect(await ask(await start(TOLD), ...shown('engineer'))).toBe('200');
      expect(told()).toEqual([[field(issued.engineer)]]);
    });

    it('is not there for a client that shows none', async () => {
      expect(await ask(await start(TOLD))).toBe('200');
      expect(told()).toEqual([[]]);
    });

    it.each([
      ['asks for certificates but tells nobody', { trustFiles: ['clients.pem'] }],
      ['does not ask for certificates', null],
    ])('is removed from requests to a frontend that %s', async (_what, clientCertificates) => {
      expect(await ask(await start(clientCertificates), ...shown('engineer'))).toBe('200');
      expect(told()).toEqual([[]]);
    });

    it.each(['expired', 'stranger'] as const)(
      'is no matter for one whose certificate is not accepted: %s',
      async (name) => {
        await expect(ask(await start(TOLD), ...shown(name))).rejects.toThrow(/^Command failed: curl /);
        expect(told()).toEqual([]);
      },
    );
  });
});

describeWith(OPENSSL, 'Client-Cert of a resumed session, with openssl', () => {
  describe.each(['-tls1_2', '-tls1_3'])('%s', (version) => {
    /** Sends one request; what openssl says of the session, and the answer. */
    async function ask(port: number, ...args: readonly string[]): Promise<string> {
      const client = spawn(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${port}`, version, '-ign_eof', ...args],
        { stdio: ['pipe', 'pipe', 'ignore'], timeout: 20_000 },
      );
      client.stdin.end('GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      return text(client.stdout);
    }

    it('is the certificate that the session began with', async () => {
      const port = await start(TOLD);
      const session = join(folder, 'with');

      await ask(
        port,
        '-cert',
        join(folder, 'engineer.crt'),
        '-key',
        join(folder, 'engineer.key'),
        '-sess_out',
        session,
      );
      const again = await ask(port, '-sess_in', session);

      expect(again).toMatch(/^Reused, /m);
      expect(told()).toEqual([[field(issued.engineer)], [field(issued.engineer)]]);
    });

    it('is not there where the session began without', async () => {
      const port = await start(TOLD);
      const session = join(folder, 'without');

      await ask(port, '-sess_out', session);
      const again = await ask(port, '-sess_in', session);

      expect(again).toMatch(/^Reused, /m);
      expect(told()).toEqual([[], []]);
    });

    it.each([
      ['does not ask for certificates', null, 'other'],
      ['takes clients without one', TOLD, 'web'],
    ])('is asked for anew when the session is of a frontend that %s', async (_what, first, name) => {
      const before = await start(first, name);
      const after = await start({ trustFiles: ['clients.pem'] });
      const session = join(folder, 'elsewhere');

      await ask(before, '-sess_out', session);
      const refused = await ask(after, '-sess_in', session);

      expect(refused).not.toContain('HTTP/1.1');
      expect(told()).toEqual([[]]);
    });
  });
});
