import { formatTable } from '../standalone/report/table.ts';
import { placeName } from '../standalone/listen/decide.ts';
import { flowUrl } from '../standalone/report/flows.ts';
import type { ServedProxy } from '../standalone/types.ts';
import type { SiteServer } from './site.ts';

/** The demo servers as a table. */
export function describeSite(site: readonly SiteServer[]): string {
  const rows = site.map((server) => [server.host, server.speaks, placeName(server)]);
  return `Demo servers, all with one PKCS#12 keystore:\n${formatTable(['HOST', 'SPEAKS', 'LISTENS ON'], rows)}\n`;
}

/** Commands to try while the demo is up. */
export function hints({ plan, listeners }: ServedProxy, caFile: string): string {
  const commands = plan.flows.flatMap((flow) => {
    const listener = listeners.get(flow.frontend.name);
    if (listener === undefined) return [];
    const { address, port } = listener;
    const hostname = plan.proxy.spec.teamworkCloud?.hostname ?? address;
    if (flow.frontend.protocol === 'HTTPS')
      return [
        `curl --cacert ${caFile} --resolve ${hostname}:${port}:${address} ${flowUrl(flow, listener)}/webapp`,
      ];
    if (flow.backends.includes('client'))
      return [
        `openssl s_client -quiet -CAfile ${caFile} -verify_hostname ${hostname} -connect ${address}:${port}`,
      ];
    return [`nc ${address} ${port}`];
  });
  return `\nIt stays up until Ctrl-C. Try:\n${commands.map((command) => `  ${command}`).join('\n')}`;
}
