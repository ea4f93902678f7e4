import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startLicensePort } from '../../operator/demo/servers/echo.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import type { Authority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { HOSTNAME, makeSiteAuthority } from './support/site.ts';
import { RunningProgram } from './support/tproxy.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(60_000);

const site = makeSiteAuthority();
const staff = makeAuthority({ name: 'staff' });
const partners = makeAuthority({ name: 'partners' });
const cleanup = new AsyncDisposableStack();

let folder: string;
let echoPort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  cleanup.defer(async () => rm(folder, { recursive: true }));
  echoPort = await freePort();
  cleanup.use(await startLicensePort({ host: 'server', address: '127.0.0.1', port: echoPort }));
});

afterAll(async () => {
  await cleanup.disposeAsync();
});

/** A flow whose clients have to show a certificate of the authorities in a Secret that holds nothing else. */
function manifest(port: number): string {
  return JSON.stringify({
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'twc' },
    spec: {
      certificates: [{ name: 'public', secretRef: { name: 'public' } }],
      authorities: [{ name: 'clients', secretRef: { name: 'clients', key: 'bundle.pem' } }],
      frontends: [
        {
          name: 'flow',
          port,
          protocol: 'TLS',
          certificates: ['public'],
          clientCertificates: { trust: ['clients'] },
          backend: 'echo',
        },
      ],
      backends: [{ name: 'echo', protocol: 'TCP', servers: [{ host: '127.0.0.1', port: echoPort }] }],
    },
  });
}

function secret(name: string, stringData: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
}

/** Whether a client with a certificate of that authority reaches the server behind the flow. */
async function isLetIn(authority: Authority, { address, port }: Place): Promise<boolean> {
  const { chainPem, keyPem } = issue(authority, { commonName: 'somebody', side: 'Client' });
  const socket = connect({
    host: address,
    port,
    servername: HOSTNAME,
    ca: site.rootPem,
    cert: chainPem,
    key: keyPem,
  });
  try {
    // The server greets whoever reaches it; who is cut off is told nothing more.
    const outcome = await Promise.race([
      once(socket, 'data').then(() => 'greeted' as const),
      once(socket, 'close').then(() => 'cut off' as const),
    ]);
    return outcome === 'greeted';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface Place {
  readonly address: string;
  readonly port: number;
}

describe('authorities without their keys', () => {
  it('vouch for clients, are replaced while it runs, and stay when what replaces them is unusable', async () => {
    const { chainPem, keyPem } = issue(site, { commonName: HOSTNAME, dns: [HOSTNAME] });
    const clients = join(folder, 'clients.json');
    await writeFile(join(folder, 'proxy.json'), manifest(await freePort()));
    await writeFile(
      join(folder, 'public.json'),
      secret('public', { 'tls.crt': chainPem, 'tls.key': keyPem }),
    );
    await writeFile(clients, secret('clients', { 'bundle.pem': staff.certificatePem }));
    await using program = new RunningProgram('operator/cli/tproxy.ts', ['run', '--workers', '1', folder], {
      XDG_RUNTIME_DIR: folder,
    });
    await program.printed(/TeamworkProxy default\/twc is served/);
    const [, address = '', port = ''] = await program.printed(/^flow .* ([0-9.]+):([0-9]+)  /m);
    const place = { address, port: Number(port) };

    const first = [await isLetIn(staff, place), await isLetIn(partners, place)];
    await writeFile(
      clients,
      secret('clients', { 'bundle.pem': partners.certificatePem + site.certificatePem }),
    );
    await eventually('that the other authorities are trusted', async () =>
      (await isLetIn(partners, place)) ? true : undefined,
    );
    const second = [await isLetIn(staff, place), await isLetIn(partners, place), await isLetIn(site, place)];
    await writeFile(clients, secret('clients', { 'bundle.pem': 'nothing' }));
    await program.printed(
      /problem: spec\.authorities\[clients\]: Secret clients, key bundle\.pem: there is no/,
    );
    const third = [await isLetIn(staff, place), await isLetIn(partners, place)];

    expect({ first, second, third }).toEqual({
      first: [true, false],
      second: [false, true, true],
      third: [false, true],
    });
  });
});
