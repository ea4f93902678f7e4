/** What the operator is told by its environment. */
export interface Settings {
  /** Image of proxy pods whose resource names none. */
  readonly proxyImage: string;
  /** Namespaces to look after; empty: all of them. */
  readonly namespaces: readonly string[];
  /** Where the operator runs: its Lease is there. */
  readonly podNamespace: string;
  /** Who it is among its replicas. */
  readonly podName: string;
  readonly logLevel: LogLevel;
  readonly metricsPort: number;
  readonly probePort: number;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings; throws one error that lists everything that is wrong. */
export function readSettings(environment: Environment, hostname: string): Settings {
  const errors: string[] = [];
  const proxyImage = environment['PROXY_IMAGE'] ?? '';
  if (proxyImage === '') errors.push('PROXY_IMAGE is not set; give the image of the proxy');
  const settings: Settings = {
    proxyImage,
    namespaces: list(environment['WATCH_NAMESPACES']),
    podNamespace: environment['POD_NAMESPACE'] || 'default',
    podName: environment['POD_NAME'] || hostname,
    logLevel: logLevel(environment['LOG_LEVEL'], errors),
    metricsPort: port('METRICS_PORT', environment, { fallback: 8080, errors }),
    probePort: port('PROBE_PORT', environment, { fallback: 8081, errors }),
  };
  if (errors.length > 0) throw new Error(`the environment is not usable: ${errors.join('; ')}`);
  return settings;
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function logLevel(text: string | undefined, errors: string[]): LogLevel {
  if (text === undefined || text === '') return 'info';
  const level = LOG_LEVELS.find((candidate) => candidate === text);
  if (level === undefined) errors.push(`LOG_LEVEL is ${text}; give one of ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

interface PortContext {
  readonly fallback: number;
  readonly errors: string[];
}

/** Port 0 lets the system choose one, for several operators on one host. */
function port(name: string, environment: Environment, { fallback, errors }: PortContext): number {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  errors.push(`${name} is ${text}; give a port from 0 to 65535`);
  return fallback;
}
