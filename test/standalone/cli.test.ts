import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { makeKeystore, makeSiteAuthority, PASSWORD } from './support/site.ts';
import { RunningProgram } from './support/tproxy.ts';

/** Much more than it takes on a busy machine. */
jest.setTimeout(60_000);

const EXAMPLE = 'examples/teamwork-cloud-layer7.yaml';

let secret: string;

beforeAll(async () => {
  secret = await mkdtemp(join(tmpdir(), 'secret-'));
  await writeFile(join(secret, 'keystore.p12'), makeKeystore(makeSiteAuthority()));
  await writeFile(join(secret, 'password'), `${PASSWORD}\n`);
});

afterAll(async () => {
  await rm(secret, { recursive: true });
});

interface Result {
  readonly code: number;
  readonly output: string;
}

async function tproxy(...args: readonly string[]): Promise<Result> {
  await using program = new RunningProgram('operator/cli/tproxy.ts', args, {});
  return { code: await program.ended(), output: program.output };
}

describe('tproxy', () => {
  it.each([[['--help']], [['run', '--help']], [['render', '--help']], [['check', '-h']]])(
    '%j tells how it is used',
    async (args) => {
      const { code, output } = await tproxy(...args);

      expect(code).toBe(0);
      expect(output).toMatch(/^Usage: tproxy /);
    },
  );

  it.each([
    [[], /^Usage: tproxy /],
    [['fly'], /fly: there is no such verb; there are run, render, check, import/],
    [['check'], /name at least one manifest/],
    [['run', '--fast', EXAMPLE], /Unknown option '--fast'; see tproxy run --help/],
    [['run', '--workers', 'many', EXAMPLE], /--workers many: is not a positive number/],
    [['run', '--admin', 'localhost', EXAMPLE], /--admin localhost: is not of the form ADDRESS:PORT/],
    [['render', 'examples'], /the manifests hold .*; choose one with --name/],
    [['render', '--kubernetes', EXAMPLE], /--kubernetes needs --image/],
    [['import', '--env', 'a.env'], /give it with --hostname/],
    [['import', '--hostname', 'a.test'], /name the environment file with --env/],
    [['import', '--hostname', 'a.test', '--env', 'missing.env'], /--env missing.env: ENOENT/],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, output } = await tproxy(...args);

    expect(code).toBe(64);
    expect(output).toMatch(message);
  });
});

describe('tproxy check', () => {
  it('admits the examples, and tells that their Secrets are not there to be checked', async () => {
    const { code, output } = await tproxy('check', 'examples');

    expect(output).toMatch(
      /TeamworkProxy default\/twc: valid; flows: web, client, license\n {2}not checked: .*Secret twc-keystore/,
    );
    expect(code).toBe(0);
  });

  it('opens a keystore', async () => {
    const { code, output } = await tproxy('check', '--secret', `twc-keystore=${secret}`, EXAMPLE);

    expect(output).not.toMatch(/not checked|error/);
    expect(code).toBe(0);
  });

  it('tells that a keystore can not be opened', async () => {
    const wrong = await mkdtemp(join(secret, 'wrong-'));
    await writeFile(join(wrong, 'keystore.p12'), makeKeystore(makeSiteAuthority()));
    await writeFile(join(wrong, 'password'), 'not the password');

    const { code, output } = await tproxy('check', '--secret', `twc-keystore=${wrong}`, EXAMPLE);

    expect(output).toMatch(
      /error: spec\.certificates\[public\]: Secret twc-keystore, key keystore\.p12: the password does not open the keystore/,
    );
    expect(code).toBe(1);
  });

  it('tells what is wrong with a manifest', async () => {
    const manifest = join(secret, 'wrong.yaml');
    await writeFile(
      manifest,
      'apiVersion: teamworkproxy.io/v1alpha1\nkind: TeamworkProxy\nmetadata: {name: twc}\nspec: {}\n',
    );

    const { code, output } = await tproxy('check', manifest);

    expect(output).toMatch(/error: .*wrong\.yaml, document 1: spec: .*nothing to serve/);
    expect(code).toBe(1);
  });
});

describe('tproxy render', () => {
  it('prints the configuration that the proxy gets', async () => {
    const { code, output } = await tproxy(
      'render',
      '--secret',
      `twc-keystore=${secret}`,
      '--name',
      'twc',
      'examples',
    );

    const config = JSON.parse(output) as { readonly frontends: readonly { readonly name: string }[] };
    expect(config.frontends.map(({ name }) => name)).toEqual(['web', 'client', 'license']);
    expect(code).toBe(0);
  });

  it('has keys of sticky cookies that only the uid of the resource gives, or chance', async () => {
    const render = async (...args: readonly string[]) => {
      const given = ['--secret', `twc-keystore=${secret}`, ...args, 'examples/explicit.yaml'];
      const { output } = await tproxy('render', ...given);
      return {
        key: /"key": ?"([0-9a-f]{64})"/.exec(output)?.[1],
        note: output.includes('give that with --uid'),
      };
    };

    const [one, again, random, other] = await Promise.all([
      render('--uid', 'a'),
      render('--uid', 'a'),
      render(),
      render(),
    ]);

    expect(one.key).toBeDefined();
    expect(again.key).toBe(one.key);
    expect(new Set([one.key, random.key, other.key]).size).toBe(3);
    expect([one.note, random.note]).toEqual([false, true]);
  });

  it('tells what is missing in it', async () => {
    const { output } = await tproxy('render', EXAMPLE);

    expect(output).toMatch(/problem: web is not served: none of its certificates \(public\) can be used/);
  });

  it('prints the Kubernetes objects, without an owner that no cluster has', async () => {
    const { code, output } = await tproxy(
      'render',
      '--kubernetes',
      '--image',
      'example.com/proxy:1',
      '--secret',
      `twc-keystore=${secret}`,
      EXAMPLE,
    );

    const objects = loadAll(output) as readonly { readonly kind: string; readonly metadata: object }[];
    expect(objects.filter(({ kind }) => kind === 'Service')).toHaveLength(3);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Deployment', 'ConfigMap', 'Secret', 'NetworkPolicy']),
    );
    expect(objects.filter(({ metadata }) => 'ownerReferences' in metadata)).toEqual([]);
    expect(code).toBe(0);
  });
});

describe('tproxy import', () => {
  const settings =
    'PROXY_ALLOWED_HOST_PATTERN=*.planning-analytics.ibmcloud.com,tm1.example.com:8010\nPORT=443\n';

  it.each([
    ['a Secret', [], /secretRef:\n +name: teamone-certificate/],
    [
      'a load balancer',
      ['--trusted-source', '10.0.0.0/8'],
      /tls: LoadBalancer\n +trustedSources:\n +- 10\.0\.0\.0\/8/,
    ],
  ])('prints a manifest with %s that is valid as it is', async (_, more, shown) => {
    const folder = await mkdtemp(join(secret, 'import-'));
    await writeFile(join(folder, 'proxy.env'), settings);

    const { code, output } = await tproxy(
      'import',
      '--env',
      join(folder, 'proxy.env'),
      '--hostname',
      'teamone.example.com',
      ...more,
    );
    const printed = output.slice(output.indexOf('apiVersion:'));
    await writeFile(join(folder, 'teamone.yaml'), printed);
    const checked = await tproxy('check', join(folder, 'teamone.yaml'));

    expect(code).toBe(0);
    expect(output).toMatch(/proxy\.env: PORT is not taken over/);
    expect(output).toMatch(/not a\.b\.planning-analytics\.ibmcloud\.com/);
    expect(printed).toMatch(shown);
    expect(printed).toContain('- tm1.example.com:8010');
    expect(checked.output).toMatch(/TeamworkProxy default\/teamone: valid; flows: teamone/);
    expect(checked.code).toBe(0);
  });

  it.each([
    [['--hostname', 'TeamOne'], settings, /error: spec\.teamOne\.hostname: must be/],
    [['--hostname', 'a.test'], 'PORT=443\n', /error: .*proxy\.env: there is no PROXY_ALLOWED_HOST_PATTERN/],
  ])('%j of %j can not be taken over', async (args, content, message) => {
    const folder = await mkdtemp(join(secret, 'import-'));
    await writeFile(join(folder, 'proxy.env'), content);

    const { code, output } = await tproxy('import', '--env', join(folder, 'proxy.env'), ...args);

    expect(output).toMatch(message);
    expect(output).not.toContain('apiVersion');
    expect(code).toBe(1);
  });
});
