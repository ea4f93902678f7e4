import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { get } from '../../operator/demo/checks/http.ts';
import { startLicensePort } from '../../operator/demo/servers/echo.ts';
import { startWebApp } from '../../operator/demo/servers/web-app.ts';
import { probeBind } from '../../operator/standalone/listen/probe.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { HOSTNAME, makeKeystore, makeSiteAuthority, PASSWORD } from './support/site.ts';
import { RunningProgram } from './support/tproxy.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(60_000);

const CLI = 'operator/cli/tproxy.ts';
const authority = makeSiteAuthority();
const cleanup = new AsyncDisposableStack();

let folder: string;
let webPort: number;
let echoPort: number;
let flowPort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standalone-'));
  cleanup.defer(async () => rm(folder, { recursive: true }));
  [webPort, echoPort, flowPort] = [await freePort(), await freePort(), await freePort()];
  const keystore = makeKeystore(authority);
  const server = { host: 'server', address: '127.0.0.1' };
  cleanup.use(
    await startWebApp({ ...server, port: webPort }, { pfx: keystore, passphrase: PASSWORD }, ['/webapp']),
  );
  cleanup.use(await startLicensePort({ ...server, port: echoPort }));
});

afterAll(async () => {
  await cleanup.disposeAsync();
});

interface Place {
  readonly address: string;
  readonly port: number;
}

/** Manifests in a folder of their own, and a runtime folder for the process that serves them. */
async function makeManifests(name: string): Promise<Files> {
  const parent = await mkdtemp(join(folder, name));
  const [manifests, runtime] = await Promise.all([
    mkdtemp(join(parent, 'manifests-')),
    mkdtemp(join(parent, 'runtime-')),
  ]);
  await writeFile(join(manifests, 'proxy.yaml'), proxyManifest());
  await writeFile(join(manifests, 'secret.json'), secretManifest(makeKeystore(authority)));
  return { manifests, runtime };
}

function proxyManifest({ paths = ['/webapp'], further = [] as string[] } = {}): string {
  return JSON.stringify({
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'twc' },
    spec: {
      certificates: [
        {
          name: 'public',
          secretRef: { name: 'keystore' },
          keystore: { passwordRef: { name: 'keystore', key: 'password' } },
        },
      ],
      frontends: [
        {
          name: 'web',
          port: flowPort,
          protocol: 'HTTPS',
          hostnames: [HOSTNAME],
          certificates: ['public'],
          routes: [{ paths, backend: 'webapp' }],
        },
        ...['client', ...further].map((name) => ({ name, port: flowPort, protocol: 'TCP', backend: 'echo' })),
      ],
      backends: [
        {
          name: 'webapp',
          protocol: 'HTTPS',
          servers: [{ host: 'twc.internal', port: webPort }],
          tls: { trust: ['public'], serverName: HOSTNAME },
        },
        { name: 'echo', protocol: 'TCP', servers: [{ host: 'twc.internal', port: echoPort }] },
      ],
    },
  });
}

function secretManifest(keystore: Buffer): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keystore' },
    data: { 'keystore.p12': keystore.toString('base64') },
    stringData: { password: PASSWORD },
  });
}

interface Files {
  readonly manifests: string;
  readonly runtime: string;
}

function run({ manifests, runtime }: Files, drainTimeout = '1s'): RunningProgram {
  const options = ['--host', 'twc.internal=127.0.0.1', '--workers', '1', '--drain-timeout', drainTimeout];
  return new RunningProgram(CLI, ['run', ...options, manifests], { XDG_RUNTIME_DIR: runtime });
}

/** Waits until the flows are printed as served, and finds out where one of them listens. */
async function servedAt(program: RunningProgram, flow: string): Promise<Place> {
  await program.printed(/TeamworkProxy default\/twc is served/);
  return placeOf(program, flow);
}

/** Where a flow further down in the same table listens. */
async function placeOf(program: RunningProgram, flow: string): Promise<Place> {
  const [, address = '', port = ''] = await program.printed(
    new RegExp(`^${flow} .* ([0-9.]+):([0-9]+)  `, 'm'),
  );
  return { address, port: Number(port) };
}

/** Opens a connection to the echo server behind a flow and takes its greeting. */
async function openEcho(place: Place): Promise<Socket> {
  const socket = connect({ host: place.address, port: place.port });
  await once(socket, 'data');
  return socket;
}

async function echo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data');
  socket.write(text);
  return String((await answer)[0]);
}

/** Fingerprint of the certificate that is served. */
async function fingerprint({ address, port }: Place): Promise<string> {
  const socket = connectTls({ host: address, port, servername: HOSTNAME, ca: authority.rootPem });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Waits until nobody listens there any more. */
async function untilFree({ address, port }: Place): Promise<void> {
  while ((await probeBind(address, port)) !== 'Free') await pause(20);
}

/** Tries again as long as nobody listens, or the one who did is ending. */
async function untilAnswered<T>(request: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await request();
    } catch (error) {
      if (!['ECONNREFUSED', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await pause(20);
  }
}

function endpoint(place: Place) {
  return { ...place, hostname: HOSTNAME, ca: authority.rootPem };
}

describe('tproxy run', () => {
  it('serves the flows of its manifests', async () => {
    await using program = run(await makeManifests('serve'));

    const web = await servedAt(program, 'web');
    const answer = await get(endpoint(web), '/webapp');

    expect(answer.status).toBe(200);
    expect(answer.headers['x-served-by']).toBe('server');
  });

  it('takes over a changed manifest without dropping a connection', async () => {
    const files = await makeManifests('reload');
    await using program = run(files);
    const web = await servedAt(program, 'web');
    const socket = await openEcho(await placeOf(program, 'client'));

    await writeFile(
      join(files.manifests, 'proxy.yaml'),
      proxyManifest({ paths: ['/webapp', '/other'], further: ['second'] }),
    );
    const webAfter = await servedAt(program, 'web');
    const second = await openEcho(await placeOf(program, 'second'));
    const answers = [await echo(socket, 'first connection'), await echo(second, 'new flow')];
    socket.destroy();
    second.destroy();

    expect(answers).toEqual(['first connection', 'new flow']);
    expect(webAfter).toEqual(web);
  });

  it('goes on serving what it served when a manifest is broken', async () => {
    const files = await makeManifests('broken');
    await using program = run(files);
    const web = await servedAt(program, 'web');

    await writeFile(join(files.manifests, 'proxy.yaml'), proxyManifest().replace('"HTTPS"', '"GOPHER"'));
    await program.printed(
      /error: .*proxy\.yaml, document 1: spec\.frontends\[0\]\.protocol: .*\n.*is served on/,
    );
    const during = await get(endpoint(web), '/webapp');
    await writeFile(join(files.manifests, 'proxy.yaml'), proxyManifest());
    const mended = await servedAt(program, 'web');

    expect(during.status).toBe(200);
    expect(mended).toEqual(web);
  });

  it('serves the new certificate when the Secret changes, and the old one when the new Secret is unusable', async () => {
    const files = await makeManifests('secret');
    await using program = run(files);
    const web = await servedAt(program, 'web');
    const first = await fingerprint(web);

    await writeFile(join(files.manifests, 'secret.json'), secretManifest(makeKeystore(authority)));
    await servedAt(program, 'web');
    const second = await fingerprint(web);
    await writeFile(join(files.manifests, 'secret.json'), secretManifest(Buffer.from('no keystore')));
    await program.printed(/problem: spec\.certificates\[public\]: .*what was valid before is served on/);
    const third = await fingerprint(web);

    expect(second).not.toBe(first);
    expect(third).toBe(second);
  });

  it('serves several TeamworkProxies, each by a process of its own, and ends the one that is removed', async () => {
    const files = await makeManifests('several');
    const other = join(files.manifests, 'other.yaml');
    await writeFile(other, proxyManifest().replace('"name":"twc"', '"name":"other"'));
    await using program = run(files);
    await program.printed(/TeamworkProxy default\/other is served/);
    const second = await placeOf(program, 'client');
    const first = await openEcho(await servedAt(program, 'client'));

    await rm(other);
    await program.printed(/default\/other: is not in the manifests any more and is ended/);
    const answer = await echo(first, 'still here');
    first.destroy();
    await untilFree(second);

    expect(answer).toBe('still here');
  });

  it('starts a proxy that was killed again', async () => {
    await using program = run(await makeManifests('crash'));
    const web = await servedAt(program, 'web');

    process.kill(program.childPid(), 'SIGKILL');
    await program.printed(/default\/twc: the proxy was ended by SIGKILL; it is started again in/);
    const answer = await untilAnswered(async () => get(endpoint(web), '/webapp'));

    expect(answer.status).toBe(200);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'on %s ends the proxy and leaves nothing behind',
    async (signal) => {
      const files = await makeManifests('end');
      await using program = run(files);
      const web = await servedAt(program, 'web');
      expect(await readdir(files.runtime)).toHaveLength(1);

      program.kill(signal);
      const code = await program.ended();

      expect(code).toBe(0);
      expect(await readdir(files.runtime)).toEqual([]);
      expect(await probeBind(web.address, web.port)).toBe('Free');
    },
  );

  it('waits for open connections at the first signal, and ends at once at the second', async () => {
    const files = await makeManifests('twice');
    await using program = run(files, '1h');
    const socket = await openEcho(await servedAt(program, 'client'));

    program.kill('SIGTERM');
    await program.printed(/waiting for connections to end/);
    await program.printed(/"msg":"draining"/);
    const answer = await echo(socket, 'still here');
    // Whether it is reset or closed is no matter here.
    const cut = new Promise((resolve) => {
      socket.on('error', resolve).on('close', resolve);
    });
    program.kill('SIGTERM');
    await program.ended();
    await cut;

    expect(answer).toBe('still here');
    expect(await readdir(files.runtime)).toEqual([]);
  });

  it('does not start with manifests that are wrong', async () => {
    const files = await makeManifests('wrong');
    await writeFile(
      join(files.manifests, 'proxy.yaml'),
      proxyManifest().replaceAll('"echo"', '"nowhere"').replace('"nowhere","protocol"', '"echo","protocol"'),
    );
    await using program = run(files);

    const code = await program.ended();

    expect(code).toBe(1);
    expect(program.output).toMatch(/error: .*proxy\.yaml, document 1: spec: .*a backend is named/);
    expect(await readdir(files.runtime)).toEqual([]);
  });
});
