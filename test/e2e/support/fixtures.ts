import { readFileSync, writeFileSync } from 'node:fs';
import type { Authority, Keystore } from './keytool.ts';
import { workPath } from './layout.ts';

/** What the setup has made for all tests. */
export interface Fixtures {
  readonly authority: Authority;
  /** The keystore of the servers, and at first of the proxies. */
  readonly keystore: Keystore;
  /** The keystore that comes after it: another key, same authority. */
  readonly renewed: Keystore;
  /** A keystore with an EC key. */
  readonly elliptic: Keystore;
}

const path = () => workPath('fixtures.json');

/** Hands the fixtures on to the tests, which run in module worlds of their own. */
export function shareFixtures(fixtures: Fixtures): void {
  writeFileSync(path(), JSON.stringify(fixtures));
}

/** The fixtures that the setup has made. */
export function readFixtures(): Fixtures {
  return JSON.parse(readFileSync(path(), 'utf8')) as Fixtures;
}
