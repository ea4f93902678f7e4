import { spawnSync } from 'node:child_process';
import type { Tool } from './describe-with.ts';

const curl = spawnSync('curl', ['--version'], { encoding: 'utf8' });

export const CURL: Tool = {
  name: 'curl with HTTP/2',
  isInstalled: curl.status === 0 && curl.stdout.includes('HTTP2'),
};

export const OPENSSL: Tool = { name: 'openssl', isInstalled: spawnSync('openssl', ['version']).status === 0 };

export const JDK: Tool = {
  name: 'a JDK',
  isInstalled: ['java', 'javac', 'keytool'].every((name) => spawnSync(name, ['-help']).error === undefined),
};
