import type { ClientSettings } from '../status.ts';
import { REST_PATH, START_PATH } from './paths.ts';

/**
 * What people enter in their clients, as the shorthand tells which flow is for whom.
 *
 * @param urls what leads to each flow, by its name, as far as that is known: a URL for HTTPS, else `host:port`
 */
export function clientSettings(urls: ReadonlyMap<string, string>): ClientSettings {
  const web = urls.get('web');
  const webapp = webUrl(web, urls.get('webapp'), START_PATH);
  const rest = webUrl(web, urls.get('rest'), REST_PATH);
  const client = urls.get('client');
  const [host, port] = (urls.get('license') ?? '').split(/:(?=[0-9]+$)/);
  return {
    ...(webapp === undefined ? {} : { webapp }),
    ...(rest === undefined ? {} : { rest }),
    ...(client === undefined ? {} : { modelingClient: client }),
    ...(host === undefined || port === undefined ? {} : { license: `${port}@${host}` }),
  };
}

/** URL on the HTTPS flow, or on the layer-4 flow that is TLS to the servers. */
function webUrl(web: string | undefined, own: string | undefined, path: string): string | undefined {
  if (web !== undefined) return `${web}${path}`;
  return own === undefined ? undefined : `https://${own.replace(/:443$/, '')}${path}`;
}
