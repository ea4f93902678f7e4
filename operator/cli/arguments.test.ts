import { describe, expect, it } from '@jest/globals';
import { manifestPaths, nameAndValue, parseArguments, UsageError } from './arguments.ts';
import { hostAddresses } from './sources.ts';

describe('parseArguments', () => {
  it('separates options from files', () => {
    const { values, positionals } = parseArguments(['a.yaml', '--host', 'x=127.0.0.1', 'b.yaml'], {
      host: { type: 'string', multiple: true },
    });

    expect(values.host).toEqual(['x=127.0.0.1']);
    expect(positionals).toEqual(['a.yaml', 'b.yaml']);
  });

  it.each([[['--unknown']], [['--host']]])('refuses %j as a usage error', (args) => {
    expect(() => parseArguments(args, { host: { type: 'string' } })).toThrow(UsageError);
  });
});

describe('nameAndValue', () => {
  it('splits at the first equals sign', () => {
    expect(nameAndValue('secret', 'keystore=/etc/a=b')).toEqual(['keystore', '/etc/a=b']);
  });

  it.each(['keystore', '=/etc', 'keystore='])('refuses %s', (text) => {
    expect(() => nameAndValue('secret', text)).toThrow(/--secret .* NAME=FOLDER/);
  });
});

describe('manifestPaths', () => {
  it('wants at least one', () => {
    expect(() => manifestPaths([])).toThrow(/name at least one manifest/);
  });
});

describe('hostAddresses', () => {
  it('gathers the addresses of a name', () => {
    expect(hostAddresses(['twc=127.0.0.1', 'lic=::1', 'twc=127.0.0.2'])).toEqual(
      new Map([
        ['twc', ['127.0.0.1', '127.0.0.2']],
        ['lic', ['::1']],
      ]),
    );
  });

  it('refuses what is no address', () => {
    expect(() => hostAddresses(['twc=localhost'])).toThrow(/localhost is not an IP address/);
  });
});
