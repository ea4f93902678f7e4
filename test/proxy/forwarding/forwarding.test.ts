import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ForwardConfig } from '../../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { proxyConfig } from '../../support/proxy-config.ts';
import { startProxy } from '../../support/proxy-process.ts';
import type { ProxyProcess } from '../../support/proxy-process.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { ALLOWED, HOSTILE } from './hostile-targets.ts';
import { setNames, type Names } from './names.ts';
import { ask, forwarding, record, type Recorder } from './recorder.ts';

jest.setTimeout(60_000);

describe('what requests name', () => {
  let [names, proxy, silent, allowed, port]: [Names, ProxyProcess, Recorder, Recorder, number] = [] as never;

  beforeAll(async () => {
    // Loopback is allowed here, so that the names alone decide.
    silent = await record('::');
    allowed = await record('127.0.0.1');
    names = await setNames({ '*': [['127.0.0.1']] });
    port = await freePort();
    const forward = {
      port: allowed.port,
      allowedHosts: ['tm1.example.com', '*.apps.example.com'],
      allowedAddresses: ['127.0.0.0/8', '::1/128'],
    };
    proxy = await startProxy({
      config: proxyConfig({ frontends: [forwarding('names', port, forward)] }),
      args: ['--workers', '1'],
      env: names.env,
    });
  });

  afterAll(async () => {
    await proxy.remove();
    await names.remove();
    await silent.close();
    await allowed.close();
  });

  afterEach(() => {
    allowed.lines.length = 0;
    allowed.connections = 0;
  });

  const filled = (target: string): string =>
    target.replaceAll('PORT', String(silent.port)).replaceAll('ALLOWED', String(allowed.port));

  it.each(Object.entries(HOSTILE))('reaches nobody: %s', async (_class, targets) => {
    const statuses = new Map<string, number>();
    for (const target of targets) {
      statuses.set(target, await ask(port, filled(target)));
    }

    const answered = [...statuses].filter(([, status]) => ![400, 403, 404].includes(status));
    expect(answered).toEqual([]);
    expect(silent.connections).toBe(0);
    expect(allowed.connections).toBe(0);
    expect(new Set(await names.asked())).toEqual(new Set());
  });

  it('has more than 200 spellings, no two of them the same', () => {
    const all = Object.values(HOSTILE).flat();

    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(200);
  });

  it.each(ALLOWED)('reaches what is allowed: %s', async (target, at) => {
    expect(await ask(port, filled(target))).toBe(200);

    expect(allowed.lines).toEqual([`GET ${filled(at)} HTTP/1.1`]);
    expect(silent.connections).toBe(0);
  });

  it('would be written down by the silent server', async () => {
    await ask(silent.port, '/x');

    expect(silent.lines).toEqual(['GET /x HTTP/1.1']);
  });
});

describe('where names lead', () => {
  const closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) {
      await close();
    }
  });

  async function serve(
    answers: Parameters<typeof setNames>[0],
    forward: Partial<ForwardConfig>,
    files: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly port: number; readonly proxy: ProxyProcess; readonly names: Names }> {
    const names = await setNames(answers);
    closers.push(() => names.remove());
    const port = await freePort();
    const config = proxyConfig({ frontends: [forwarding('names', port, forward)] });
    const proxy = await startProxy({ config, files, args: ['--workers', '1'], env: names.env });
    closers.push(() => proxy.remove());
    return { port, proxy, names };
  }

  async function recorder(...where: Parameters<typeof record>): Promise<Recorder> {
    const made = await record(...where);
    closers.push(() => made.close());
    return made;
  }

  it('is refused for addresses of this host, its neighbours, clouds, clusters and nobody, and for private ones of a wildcard', async () => {
    const silent = await recorder('::');
    const refused = {
      loopback: ['127.0.0.1'],
      'another-loopback': ['127.9.9.9'],
      loopback6: ['::1'],
      mapped: ['::ffff:127.0.0.1'],
      'mapped-hex': ['::ffff:7f00:1'],
      unspecified: ['0.0.0.0'],
      unspecified6: ['::'],
      'link-local': ['169.254.1.1'],
      'link-local6': ['fe80::1'],
      aws: ['169.254.169.254'],
      aws6: ['fd00:ec2::254'],
      azure: ['168.63.129.16'],
      alibaba: ['100.100.100.200'],
      multicast: ['224.0.0.1'],
      broadcast: ['255.255.255.255'],
      private: ['10.0.0.1'],
      private6: ['fd12:3456::1'],
      cgnat: ['100.64.0.1'],
      nat64: ['64:ff9b::127.0.0.1'],
      '6to4': ['2002:7f00:1::1'],
      cluster: ['198.41.0.4'],
      mixed: ['198.41.0.5', '127.0.0.1'],
    };
    const { port, proxy } = await serve(
      Object.fromEntries(Object.entries(refused).map(([name, list]) => [`${name}.apps.example.com`, [list]])),
      { allowedHosts: ['*.apps.example.com:*'], refusedAddresses: ['198.41.0.4/32'] },
    );

    const statuses: (readonly [string, number])[] = [];
    for (const name of Object.keys(refused)) {
      statuses.push([name, await ask(port, `/${name}.apps.example.com:${silent.port}/x`)]);
    }

    expect(statuses.filter(([, status]) => status !== 403)).toEqual([]);
    expect(silent.connections).toBe(0);
    await eventually(
      'the lines of the log',
      async () => proxy.access.length === statuses.length || undefined,
    );
    expect(new Set(proxy.access.map(({ error }) => error?.split(':', 1)[0]))).toEqual(
      new Set(['AddressRefused']),
    );
  });

  it('stays where it was checked, though the resolver says something else the next time', async () => {
    const allowed = await recorder('127.0.0.2');
    const silent = await recorder('127.0.0.1', allowed.port);
    const { port, names } = await serve(
      { 'tm1.example.com': [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2', '127.0.0.1'], ['127.0.0.1']] },
      { port: allowed.port, allowedAddresses: ['127.0.0.2/32'] },
    );

    // An answer counts for a few seconds; all the time until it has been asked for thrice there are requests.
    await eventually('three questions', async () => {
      expect(await ask(port, '/tm1.example.com/x')).toBe(200);
      return (await names.asked()).length >= 3 || undefined;
    });

    expect(silent.connections).toBe(0);
    expect(allowed.lines.length).toBeGreaterThanOrEqual(3);
  });

  it('asks once for one request', async () => {
    const allowed = await recorder('127.0.0.2');
    const { port, names } = await serve(
      { 'tm1.example.com': [['127.0.0.2'], ['127.0.0.1']] },
      { port: allowed.port, allowedAddresses: ['127.0.0.2/32'] },
    );

    await ask(port, '/tm1.example.com/x');

    expect(await names.asked()).toEqual(['tm1.example.com']);
  });

  it('is verified by TLS, with an own authority, by the name that the request says', async () => {
    const authority = makeAuthority({ name: 'Company root' });
    const site = issue(authority, { commonName: 'tm1.example.com', dns: ['tm1.example.com'] });
    const asked: string[] = [];
    const allowed = await recorder('127.0.0.1', 0, {
      cert: site.chainPem,
      key: site.keyPem,
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    const { port } = await serve(
      { '*': [['127.0.0.1']] },
      {
        protocol: 'HTTPS',
        port: allowed.port,
        allowedHosts: ['tm1.example.com', 'other.example.com'],
        allowedAddresses: ['127.0.0.0/8'],
        tls: { verify: 'Chain', trustFiles: ['ca.pem'], pinnedSha256: [] },
      },
      { 'ca.pem': authority.rootPem },
    );

    expect(await ask(port, '/TM1.example.com./x')).toBe(200);
    expect(await ask(port, '/other.example.com/x')).toBe(502);
    expect(asked).toEqual(['tm1.example.com', 'other.example.com']);
    expect(allowed.lines).toEqual(['GET /x HTTP/1.1']);
  });

  it('is not believed without an authority that is trusted', async () => {
    const authority = makeAuthority({ name: 'Another root' });
    const site = issue(authority, { commonName: 'tm1.example.com', dns: ['tm1.example.com'] });
    const allowed = await recorder('127.0.0.1', 0, { cert: site.chainPem, key: site.keyPem });
    const { port } = await serve(
      { '*': [['127.0.0.1']] },
      {
        protocol: 'HTTPS',
        port: allowed.port,
        allowedAddresses: ['127.0.0.0/8'],
        tls: { verify: 'Chain', trustFiles: [], pinnedSha256: [] },
      },
    );

    expect(await ask(port, '/tm1.example.com/x')).toBe(502);
    expect(allowed.lines).toEqual([]);
  });
});
