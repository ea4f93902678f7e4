import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { step } from '../cluster/process/progress.ts';
import { run } from '../cluster/process/run.ts';

/** A file that the benchmark uses, and the Debian package that has it. */
const PACKAGES = {
  '/usr/sbin/haproxy': 'haproxy',
  '/usr/sbin/nginx': 'nginx-light',
  '/usr/lib/nginx/modules/ngx_stream_module.so': 'libnginx-mod-stream',
  '/usr/bin/wrk': 'wrk',
  '/usr/bin/h2load': 'nghttp2-client',
  '/usr/bin/cc': 'gcc',
  '/usr/include/openssl/ssl.h': 'libssl-dev',
  '/usr/bin/taskset': 'util-linux',
} as const;

/** @throws if this host can't measure: says what it lacks */
export async function requireTools(): Promise<void> {
  if (process.platform !== 'linux' || availableParallelism() < 2) {
    throw new Error('The benchmark needs Linux and two cores: one for the proxy, one for the load.');
  }
  const missing = Object.entries(PACKAGES).flatMap(([file, name]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) {
    return;
  }
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0) {
    throw new Error(`Install what the benchmark needs: apt-get ${install.join(' ')}`);
  }
  await step(`Installing ${missing.join(', ')}`, async () => {
    // RUNLEVEL tells Debian's scripts to start no service after installing it.
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', install, { env });
  });
}
