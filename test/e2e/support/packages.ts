import { existsSync } from 'node:fs';
import { step } from '../../cluster/process/progress.ts';
import { run } from '../../cluster/process/run.ts';

/** A file that the tests use, and the Debian package that has it. */
const packages = {
  '/usr/bin/chromium': 'chromium',
  '/usr/bin/curl': 'curl',
  '/usr/bin/git': 'git',
  '/usr/bin/javac': 'openjdk-17-jdk-headless',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/redis-check-rdb': 'redis-tools',
  '/usr/bin/tini': 'tini',
  '/usr/share/tomcat10/bin/bootstrap.jar': 'tomcat10-common',
} as const;

/** Installs the Debian packages that are missing: a browser, a JDK, Tomcat and Redis (their files only, no services), git, and small tools. */
export async function installPackages(): Promise<void> {
  const missing = Object.entries(packages).flatMap(([file, name]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await step(`Installing ${missing.join(', ')}`, async () => {
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], { env });
  });
}
