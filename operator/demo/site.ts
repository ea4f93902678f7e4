import { NATIVE_PORTS } from '../api/presets/teamwork-cloud.ts';
import { webAppPaths } from '../api/presets/paths.ts';
import type { TeamworkCloudSpec } from '../api/spec/teamwork-cloud.ts';
import type { HostAddresses } from '../standalone/hosts.ts';
import { probeBind } from '../standalone/listen/probe.ts';
import { startClientPort, startLicensePort } from './servers/echo.ts';
import type { Keystore, ServerIdentity } from './servers/identity.ts';
import { startRest } from './servers/rest.ts';
import { startWebApp } from './servers/web-app.ts';

/** One server of a Teamwork Cloud site: who it is, and what it speaks. */
export interface SiteServer extends ServerIdentity {
  readonly speaks: 'webapp' | 'rest' | 'client' | 'license';
}

/** Third number of the loopback addresses that are tried, one network after the other, as another demo may be running. */
const NETWORKS = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29];

/**
 * Gives every host that a TeamworkProxy leads to a loopback address of its own, as each listens on the ports that the product has. A
 * system that has no loopback address but 127.0.0.1 gets one node there.
 */
export async function planSite(cloud: TeamworkCloudSpec): Promise<readonly SiteServer[]> {
  for (const network of NETWORKS) {
    const site = siteOn(cloud, (index) => `127.0.${network}.${index + 1}`);
    const states = await probeAll(site);
    if (states.has('NotHere')) break;
    if (states.size === 1 && states.has('Free')) return site;
  }
  const single = siteOn({ ...cloud, servers: cloud.servers.slice(0, 1) }, () => '127.0.0.1');
  if (!(await probeAll(single)).has('InUse')) return single;
  const ports = single.map(({ port }) => port).join(', ');
  throw new Error(
    `the demo servers' ports (${ports}) are taken on every loopback address; stop what listens there`,
  );
}

function siteOn(cloud: TeamworkCloudSpec, address: (index: number) => string): readonly SiteServer[] {
  const { servers, licenseServer, client } = cloud;
  const nodes = servers.flatMap(({ host }, index): SiteServer[] => [
    { speaks: 'webapp', host, address: address(index), port: NATIVE_PORTS.webapp },
    { speaks: 'rest', host, address: address(index), port: NATIVE_PORTS.rest },
    { speaks: 'client', host, address: address(index), port: client.port ?? NATIVE_PORTS.clientTls },
  ]);
  if (licenseServer === undefined) return nodes;
  const { host, ports } = licenseServer;
  return [
    ...nodes,
    ...ports.map((port): SiteServer => ({ speaks: 'license', host, address: address(servers.length), port })),
  ];
}

async function probeAll(site: readonly SiteServer[]): Promise<ReadonlySet<string>> {
  return new Set(await Promise.all(site.map(async ({ address, port }) => probeBind(address, port))));
}

/** Starts all servers of a site; disposal closes them. */
export async function startSite(
  site: readonly SiteServer[],
  release: TeamworkCloudSpec['release'],
  keystore: Keystore,
): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  for (const server of site) starting.use(await startServer(server, release, keystore));
  return starting.move();
}

async function startServer(
  server: SiteServer,
  release: TeamworkCloudSpec['release'],
  keystore: Keystore,
): Promise<AsyncDisposable> {
  switch (server.speaks) {
    case 'webapp':
      return startWebApp(server, keystore, webAppPaths(release));
    case 'rest':
      return startRest(server, keystore);
    case 'client':
      return startClientPort(server, keystore);
    case 'license':
      return startLicensePort(server);
  }
}

/** Where the hosts of a site are, as standalone mode takes it. */
export function siteAddresses(site: readonly SiteServer[]): HostAddresses {
  return new Map(site.map(({ host, address }) => [host, [address]]));
}
