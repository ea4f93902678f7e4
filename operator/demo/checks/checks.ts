import type { Flow } from '../../reconcile/plan/types.ts';
import type { ServedProxy } from '../../standalone/types.ts';
import { echoOverTcp, echoOverTls } from './echo.ts';
import type { Echoed } from './echo.ts';
import { get } from './http.ts';
import type { Answer, Endpoint } from './http.ts';

/** One thing that is proved of a flow. */
export interface Check {
  readonly name: string;
  /** Tells what came back, in words; throws when it is not what was expected. */
  readonly run: () => Promise<string>;
}

/** One real request through each flow of a Teamwork Cloud, with nothing trusted but the demo's own authority. */
export function flowChecks({ plan, listeners }: ServedProxy, ca: string): readonly Check[] {
  const hostname = plan.proxy.spec.teamworkCloud?.hostname ?? '';
  return plan.flows.flatMap((flow) => {
    const listener = listeners.get(flow.frontend.name);
    if (listener === undefined) return [];
    return checksOf(flow, { address: listener.address, port: listener.port, hostname, ca });
  });
}

function checksOf({ frontend, backends }: Flow, endpoint: Endpoint): readonly Check[] {
  const { name, protocol } = frontend;
  if (protocol === 'HTTPS') {
    return [
      {
        name: `${name}: GET / leads to /webapp`,
        run: async () => redirected(await get(endpoint, '/'), '/webapp'),
      },
      { name: `${name}: GET /webapp`, run: async () => answered(await get(endpoint, '/webapp')) },
      {
        name: `${name}: GET /authentication`,
        run: async () => answered(await get(endpoint, '/authentication')),
      },
      { name: `${name}: GET /osmc/ping`, run: async () => answered(await get(endpoint, '/osmc/ping')) },
    ];
  }
  if (backends.includes('client')) {
    return [
      {
        name: `${name}: bytes over the servers' own TLS`,
        run: async () => echoed(await echoOverTls(endpoint, GREETING)),
      },
    ];
  }
  return [{ name: `${name}: bytes`, run: async () => echoed(await echoOverTcp(endpoint, GREETING)) }];
}

const GREETING = 'hello from the demo';

function redirected({ status, headers }: Answer, to: string): string {
  const { location = 'nowhere' } = headers;
  if (status !== 302 || new URL(location, 'https://same').pathname !== to)
    throw new Error(`expected a redirect to ${to}, got ${status} to ${location}`);
  return `${status} to ${location}, certificate verified`;
}

function answered({ status, headers }: Answer): string {
  const servedBy = headers['x-served-by'];
  if (status !== 200 || servedBy === undefined)
    throw new Error(`expected 200 from a demo server, got ${status}`);
  return `${status} from ${String(servedBy)}, certificate verified`;
}

function echoed({ servedBy, body }: Echoed): string {
  if (body !== GREETING) throw new Error(`expected the bytes that were sent, got ${JSON.stringify(body)}`);
  return `${Buffer.byteLength(body)} bytes came back from ${servedBy}`;
}
