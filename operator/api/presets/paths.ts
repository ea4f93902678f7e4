import type { TeamworkCloudSpec } from '../spec/teamwork-cloud.ts';

type Release = TeamworkCloudSpec['release'];

/** Path of the login server; a server of its own up to release 2021x, part of the Web Application Platform since. */
export const AUTHENTICATION_PATH = '/authentication';

/** Path of the REST API, and of OSLC and the like below it. */
export const REST_PATH = '/osmc';

/** Path by which the REST API says that it works; in use by many who run it, but not documented by the vendor. */
export const PING_PATH = '/osmc/ping';

/** Path that `/` is redirected to. */
export const START_PATH = '/webapp';

const COMMON_PATHS = [
  '/webapp',
  '/admin',
  '/collaborator',
  '/document-exporter',
  '/reports',
  '/resources',
  '/resource-usage-map',
  '/simulation',
  // Prefixes match whole segments, so the selection dialog needs an entry beside /oslc.
  '/oslc',
  '/oslc-selection-dialog',
] as const;

const PATHS_SINCE_2026X = [
  '/element-chooser',
  '/magiclab',
  '/magiclab-collaborator',
  '/sysmlv2-api',
  '/sgi-crawler',
] as const;

/** Paths that the Web Application Platform serves in the given release, login included where it is part of it. */
export function webAppPaths(release: Release): readonly string[] {
  switch (release) {
    case '2021x':
      return COMMON_PATHS;
    case '2022x':
    case '2024x':
      return [...COMMON_PATHS, AUTHENTICATION_PATH];
    case '2026x':
      return [...COMMON_PATHS, AUTHENTICATION_PATH, ...PATHS_SINCE_2026X];
  }
}
