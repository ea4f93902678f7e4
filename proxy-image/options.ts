import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { LOG_LEVELS } from './log/log.ts';
import type { LogLevel } from './log/log.ts';

export interface ProxyOptions {
  readonly configFile: string;
  readonly admin: AdminAddress;
  /** Null: decided by what the host grants. */
  readonly workers: number | null;
  /** Milliseconds between the request to end and the moment from which on nothing is accepted any more. */
  readonly drainDelay: number;
  /** Milliseconds that open connections may live on after that. */
  readonly drainTimeout: number;
  /** Go on accepting after SIGTERM until nothing has been open for the delay. */
  readonly drainUntilUnused: boolean;
  readonly logLevel: LogLevel;
}

export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'Run' | 'Check'; readonly options: ProxyOptions }
  | { readonly command: 'Help' }
  | { readonly command: 'Error'; readonly message: string };

export const USAGE = `Usage: proxy [options]

  --config FILE        configuration, JSON (PROXY_CONFIG, default /etc/teamwork-proxy/config/config.json)
  --admin ADDR:PORT    where /healthz, /readyz, /servingz, /status and /metrics are served (PROXY_ADMIN,
                       default [::]:9901)
  --workers N          worker processes (PROXY_WORKERS, default one per CPU, at most 4)
  --drain-delay TIME   how long connections are still accepted after SIGTERM (PROXY_DRAIN_DELAY, default 5s)
  --drain-timeout TIME how long open connections may live on after that (PROXY_DRAIN_TIMEOUT, default 5m)
  --drain-until-unused go on accepting until nothing has been open for the drain delay, and the drain timeout at most:
                       for Kubernetes, which sends clients here as long as it knows of no other place
  --log-level LEVEL    ${LOG_LEVELS.join(', ')} (PROXY_LOG_LEVEL, default info)
  --check              check the configuration with the files it names, print what is wrong, and exit
  --help               print this

TIME is a duration such as 90s, 1m30s or 250ms. SIGTERM drains, SIGINT drains without the delay; a second one ends at once.
`;

const OPTIONS = {
  config: { type: 'string' },
  admin: { type: 'string' },
  workers: { type: 'string' },
  'drain-delay': { type: 'string' },
  'drain-timeout': { type: 'string' },
  'drain-until-unused': { type: 'boolean' },
  'log-level': { type: 'string' },
  check: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Setting = Exclude<keyof typeof OPTIONS, 'check' | 'drain-until-unused' | 'help'>;

const DEFAULTS: Readonly<Record<Setting, string>> = {
  config: '/etc/teamwork-proxy/config/config.json',
  admin: '[::]:9901',
  workers: 'auto',
  'drain-delay': '5s',
  'drain-timeout': '5m',
  'log-level': 'info',
};

/** Reads the command line, and the environment for what it does not say. Reports all that is wrong at once. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const given = parse(args);
  if (given instanceof SettingError) {
    return { command: 'Error', message: given.message };
  }
  if (given.help === true) {
    return { command: 'Help' };
  }
  const problems: string[] = [];
  const read = <T>(name: Setting, convert: (text: string) => T | SettingError): T | undefined => {
    const variable = `PROXY_${name.replace('-', '_').toUpperCase()}`;
    const source = given[name] === undefined && environment[variable] !== undefined ? variable : `--${name}`;
    const value = convert(given[name] ?? environment[variable] ?? DEFAULTS[name]);
    if (value instanceof SettingError) {
      problems.push(`${source}: ${value.message}`);
      return undefined;
    }
    return value;
  };
  const options = {
    configFile: read('config', (text) => text),
    admin: read('admin', adminAddress),
    workers: read('workers', workerCount),
    drainDelay: read('drain-delay', duration),
    drainTimeout: read('drain-timeout', duration),
    drainUntilUnused: given['drain-until-unused'] === true,
    logLevel: read('log-level', logLevel),
  };
  if (problems.length > 0) {
    return { command: 'Error', message: problems.join('\n') };
  }
  return { command: given.check === true ? 'Check' : 'Run', options: options as ProxyOptions };
}

class SettingError extends Error {}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    return new SettingError(`${(error as Error).message}; --help lists the options`);
  }
}

function adminAddress(text: string): AdminAddress | SettingError {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (isIP(host) === 0 || !(port >= 1 && port <= 65_535)) {
    return new SettingError(`"${text}" is not an address with a port: write 127.0.0.1:9901 or [::]:9901`);
  }
  return { host, port };
}

function workerCount(text: string): number | null | SettingError {
  if (text === 'auto') {
    return null;
  }
  return /^[1-9]\d{0,2}$/.test(text)
    ? Number(text)
    : new SettingError(`"${text}" is not a number of workers: give 1 to 999, or auto`);
}

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const MAX_DURATION = 2 ** 31 - 1;

function duration(text: string): number | SettingError {
  if (!/^(?:\d+(?:h|ms|m|s))+$/.test(text)) {
    return new SettingError(`"${text}" is not a duration: write for instance 90s, 1m30s or 250ms`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(h|ms|m|s)/g)) {
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return total <= MAX_DURATION ? total : new SettingError(`"${text}" is too long: 24 days are possible`);
}

function logLevel(text: string): LogLevel | SettingError {
  return (
    LOG_LEVELS.find((level) => level === text) ??
    new SettingError(`"${text}" is not one of ${LOG_LEVELS.join(', ')}`)
  );
}
