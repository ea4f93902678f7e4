import { clientSettings } from '../../api/presets/client-settings.ts';
import { serverSettings } from '../../api/presets/server-settings.ts';
import type { Place } from '../../api/presets/server-settings.ts';
import type { ConfigMap } from '../../kube/types.ts';
import { flowUrl } from '../plan/public-name.ts';
import type { Plan } from '../plan/types.ts';
import { objectNames, ownedMetadata } from './metadata.ts';

/** The ConfigMap with what has to be set on the servers of the shorthand, and what people enter in their clients; null without the shorthand. */
export function renderServerSettings(plan: Plan): ConfigMap | null {
  const { proxy, flows } = plan;
  const { teamworkCloud } = proxy.spec;
  if (teamworkCloud === undefined) return null;
  const urls = flows.flatMap(({ frontend, host }) =>
    host === null ? [] : [[frontend.name, flowUrl(frontend, host)] as const],
  );
  const web = placeOf(plan, 'web');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(proxy, objectNames.serverSettings(proxy.metadata.name)),
    data: {
      ...serverSettings(teamworkCloud, {
        webapp: web ?? placeOf(plan, 'webapp'),
        rest: web ?? placeOf(plan, 'rest'),
        authserver: placeOf(plan, 'authserver'),
        client: placeOf(plan, 'client'),
      }),
      'clients.json': `${JSON.stringify(clientSettings(new Map(urls)), null, 2)}\n`,
    },
  };
}

function placeOf({ flows }: Plan, name: string): Place | undefined {
  const flow = flows.find(({ frontend }) => frontend.name === name);
  return flow === undefined || flow.host === null ? undefined : { host: flow.host, port: flow.frontend.port };
}
