import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.ts';

const defaults = {
  configFile: '/etc/teamwork-proxy/config/config.json',
  admin: { host: '::', port: 9901 },
  workers: null,
  drainDelay: 5000,
  drainTimeout: 300_000,
  drainUntilUnused: false,
  logLevel: 'info',
};

describe('readOptions', () => {
  it.each<[string[], NodeJS.ProcessEnv, object]>([
    [[], {}, {}],
    [
      ['--config=/a/b.json', '--admin', '127.0.0.1:1'],
      {},
      { configFile: '/a/b.json', admin: { host: '127.0.0.1', port: 1 } },
    ],
    [
      ['--workers', '3', '--drain-delay=0s', '--drain-timeout=1h1m30s'],
      {},
      { workers: 3, drainDelay: 0, drainTimeout: 3_690_000 },
    ],
    [
      ['--admin=[::1]:65535', '--log-level=debug'],
      {},
      { admin: { host: '::1', port: 65_535 }, logLevel: 'debug' },
    ],
    [
      [],
      { PROXY_WORKERS: '2', PROXY_DRAIN_DELAY: '250ms', PROXY_CONFIG: 'c' },
      { workers: 2, drainDelay: 250, configFile: 'c' },
    ],
    [['--drain-until-unused'], {}, { drainUntilUnused: true }],
    [['--workers=auto'], { PROXY_WORKERS: '2' }, { workers: null }],
  ])('reads %j with %j', (args, environment, expected) => {
    expect(readOptions(args, environment)).toEqual({ command: 'Run', options: { ...defaults, ...expected } });
  });

  it('knows --check and --help', () => {
    expect(readOptions(['--check'], {})).toMatchObject({ command: 'Check' });
    expect(readOptions(['--help', '--check'], {})).toEqual({ command: 'Help' });
  });

  it.each<[string[], NodeJS.ProcessEnv, string]>([
    [
      ['--admin=localhost:80'],
      {},
      '--admin: "localhost:80" is not an address with a port: write 127.0.0.1:9901 or [::]:9901',
    ],
    [
      ['--admin=::1:80'],
      {},
      '--admin: "::1:80" is not an address with a port: write 127.0.0.1:9901 or [::]:9901',
    ],
    [
      ['--admin=127.0.0.1:0'],
      {},
      '--admin: "127.0.0.1:0" is not an address with a port: write 127.0.0.1:9901 or [::]:9901',
    ],
    [['--workers=0'], {}, '--workers: "0" is not a number of workers: give 1 to 999, or auto'],
    [
      ['--drain-timeout=5'],
      {},
      '--drain-timeout: "5" is not a duration: write for instance 90s, 1m30s or 250ms',
    ],
    [['--drain-timeout=9999h'], {}, '--drain-timeout: "9999h" is too long: 24 days are possible'],
    [[], { PROXY_LOG_LEVEL: 'loud' }, 'PROXY_LOG_LEVEL: "loud" is not one of debug, info, warn, error'],
    [
      ['--workers=x', '--drain-delay=y'],
      {},
      '--workers: "x" is not a number of workers: give 1 to 999, or auto\n--drain-delay: "y" is not a duration: write for instance 90s, 1m30s or 250ms',
    ],
  ])('refuses %j with %j', (args, environment, message) => {
    expect(readOptions(args, environment)).toEqual({ command: 'Error', message });
  });

  it('refuses what it does not know', () => {
    expect(readOptions(['--verbose'], {})).toMatchObject({
      command: 'Error',
      message: expect.stringContaining("'--verbose'"),
    });
  });
});
