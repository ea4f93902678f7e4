import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../support/describe-with.ts';
import type { Tool } from '../support/describe-with.ts';
import { artifactPath } from '../cluster/binaries/locate.ts';
import { startHttpsProxy, type HttpsProxy } from '../support/http2/https-proxy.ts';

/** https://github.com/summerwind/h2spec: the one that H2SPEC names, or that was built into the cache, or that is on the PATH. */
const built = artifactPath('h2spec');
const program = process.env['H2SPEC'] ?? (existsSync(built) ? built : 'h2spec');
const H2SPEC: Tool = {
  name: 'h2spec, which `node test/cluster/main.ts binaries h2spec` builds',
  isInstalled: spawnSync(program, ['--version']).status === 0,
};

describeWith(H2SPEC, 'h2spec', () => {
  let proxy: HttpsProxy;

  beforeAll(async () => {
    proxy = await startHttpsProxy();
  });

  afterAll(async () => proxy.close());

  it('finds no rule of HTTP/2 and HPACK that the proxy does not keep', async () => {
    // How long it waits for an answer; a busy machine takes its time.
    const patience = ['--timeout', '30'];
    const target = ['--tls', '--insecure', '--host', 'localhost', '--port', String(proxy.https)];
    const args = ['--strict', ...patience, ...target];
    const { stdout } = await promisify(execFile)(program, args).catch(
      (failure: { stdout: string }) => failure,
    );

    const summary = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(stdout);
    process.stdout.write(`h2spec: ${summary?.[0] ?? stdout}\n`);

    // It lists what failed at the end, each with the section of the rule.
    if (summary?.[4] !== '0') process.stdout.write(stdout.slice(stdout.indexOf('Failures:')));
    expect(summary?.slice(3)).toEqual(['0', '0']);
  }, 120_000);
});
