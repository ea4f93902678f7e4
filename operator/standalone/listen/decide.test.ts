import { describe, expect, it } from '@jest/globals';
import { decideListeners, placeName, samePlaces } from './decide.ts';
import type { DecidedListener, WantedListener } from './decide.ts';
import type { Bindable, Probe } from './probe.ts';

const NOTHING: ReadonlyMap<string, DecidedListener> = new Map();

/** A host that answers as the given function says, and that has no more than one listener per place. */
function host(answer: (address: string, port: number) => Bindable): Probe {
  return async (address, port) => answer(address, port);
}

/** Linux with the given addresses: all of 127.0.0.0/8 is there, and ports below 1024 only for the privileged. */
function linux({
  addresses = [],
  privileged = true,
  taken = [],
}: { addresses?: string[]; privileged?: boolean; taken?: string[] } = {}): Probe {
  return host((address, port) => {
    if (!address.startsWith('127.') && !addresses.includes(address)) return 'NotHere';
    if (port < 1024 && !privileged) return 'Denied';
    return taken.includes(placeName({ address, port })) ? 'InUse' : 'Free';
  });
}

function flow(key: string, address?: string, port = 443): WantedListener {
  return { key, address, port };
}

async function places(
  wanted: readonly WantedListener[],
  probe: Probe,
  current = NOTHING,
): Promise<Record<string, string>> {
  const decided = await decideListeners(wanted, current, probe);
  return Object.fromEntries([...decided].map(([key, listener]) => [key, placeName(listener)]));
}

describe('decideListeners', () => {
  it('takes a requested address that this host has', async () => {
    const probe = linux({ addresses: ['192.0.2.10'] });

    const decided = await decideListeners([flow('web', '192.0.2.10')], NOTHING, probe);

    expect(decided.get('web')).toMatchObject({ address: '192.0.2.10', port: 443, note: null });
  });

  it('gives every flow without a request a loopback address of its own, in order', async () => {
    const found = await places([flow('web'), flow('client'), flow('license')], linux());

    expect(found).toEqual({ web: '127.0.10.1:443', client: '127.0.10.2:443', license: '127.0.10.3:443' });
  });

  it('says so when this host does not have the requested address', async () => {
    const decided = await decideListeners([flow('web', '192.0.2.10')], NOTHING, linux());

    expect(decided.get('web')).toMatchObject({ address: '127.0.10.1', port: 443 });
    expect(decided.get('web')?.note).toMatch(/192\.0\.2\.10 is not an address of this host/);
  });

  it('moves a port that this user may not listen on, and says so', async () => {
    const probe = linux({ addresses: ['192.0.2.10'], privileged: false });

    const decided = await decideListeners([flow('web', '192.0.2.10'), flow('client')], NOTHING, probe);

    expect(decided.get('web')).toMatchObject({ address: '192.0.2.10', port: 8443 });
    expect(decided.get('client')).toMatchObject({ address: '127.0.10.1', port: 8443 });
    expect(decided.get('client')?.note).toMatch(/CAP_NET_BIND_SERVICE/);
  });

  it('moves a port further where the first place is taken', async () => {
    const probe = linux({ privileged: false, taken: ['127.0.10.1:8443'] });

    const found = await places([flow('web')], probe);

    expect(found).toEqual({ web: '127.0.10.1:10443' });
  });

  it('never moves a port to a place that another flow asks for', async () => {
    const probe = linux({ addresses: ['192.0.2.10'], privileged: false });

    const found = await places([flow('web', '192.0.2.10', 443), flow('admin', '192.0.2.10', 8443)], probe);

    expect(found).toEqual({ web: '192.0.2.10:10443', admin: '192.0.2.10:8443' });
  });

  it('uses ports of 127.0.0.1 where there is no other loopback address', async () => {
    const probe = host((address, port) => {
      if (address !== '127.0.0.1') return 'NotHere';
      return port < 1024 ? 'Denied' : 'Free';
    });

    const decided = await decideListeners([flow('web'), flow('client'), flow('license')], NOTHING, probe);

    expect([...decided.values()].map(placeName)).toEqual([
      '127.0.0.1:8443',
      '127.0.0.1:10443',
      '127.0.0.1:10001',
    ]);
    expect(decided.get('web')?.note).toMatch(/no loopback address but 127\.0\.0\.1/);
  });

  it('passes over loopback addresses that another program uses', async () => {
    const found = await places([flow('web'), flow('client')], linux({ taken: ['127.0.10.1:443'] }));

    expect(found).toEqual({ web: '127.0.10.2:443', client: '127.0.10.3:443' });
  });

  it('stays at a requested address that another program uses', async () => {
    const found = await places(
      [flow('web', '192.0.2.10')],
      linux({ addresses: ['192.0.2.10'], taken: ['192.0.2.10:443'] }),
    );

    expect(found).toEqual({ web: '192.0.2.10:443' });
  });

  it('moves a port when another program listens on it everywhere', async () => {
    const probe = host((_, port) => (port === 443 ? 'InUse' : 'Free'));

    const found = await places([flow('web')], probe);

    expect(found).toEqual({ web: '127.0.10.1:8443' });
  });

  it('gives a place that two flows ask for to the first one, and tells the other', async () => {
    const probe = linux({ addresses: ['192.0.2.10'] });

    const decided = await decideListeners(
      [flow('a/web', '192.0.2.10'), flow('b/web', '192.0.2.10')],
      NOTHING,
      probe,
    );

    expect([...decided.values()].map(placeName)).toEqual(['192.0.2.10:443', '127.0.10.1:443']);
    expect(decided.get('b/web')?.note).toMatch(/also asked for by a\/web/);
  });

  it('keeps the place of a flow that asks for the same, whatever comes before it now', async () => {
    const before = await decideListeners([flow('web'), flow('client')], NOTHING, linux());
    const probe = linux({ taken: ['127.0.10.1:443', '127.0.10.2:443'] });

    const found = await places([flow('new'), flow('client'), flow('web')], probe, before);

    expect(found).toEqual({ new: '127.0.10.3:443', client: '127.0.10.2:443', web: '127.0.10.1:443' });
  });

  it('keeps the loopback address of a flow whose request can not be met either way', async () => {
    const before = await decideListeners([flow('other'), flow('web', '192.0.2.10')], NOTHING, linux());
    const probe = linux({ taken: ['127.0.10.1:443', '127.0.10.2:443'] });

    const found = await places([flow('other'), flow('web', '192.0.2.11')], probe, before);

    expect(found).toEqual({ other: '127.0.10.1:443', web: '127.0.10.2:443' });
  });

  it('moves a flow to its requested address once this host has it', async () => {
    const before = await decideListeners([flow('web')], NOTHING, linux());

    const found = await places([flow('web', '192.0.2.10')], linux({ addresses: ['192.0.2.10'] }), before);

    expect(found).toEqual({ web: '192.0.2.10:443' });
  });
});

describe('decideListeners, tried again', () => {
  it('moves a flow once the address it asks for has come to this host', async () => {
    const wanted = [flow('web', '192.0.2.10'), flow('client')];
    const before = await decideListeners(wanted, NOTHING, linux());

    const after = await decideListeners(wanted, before, linux({ addresses: ['192.0.2.10'] }));

    expect(samePlaces(before, after)).toBe(false);
    expect(after.get('web')).toMatchObject({ address: '192.0.2.10', port: 443, note: null });
    expect(after.get('client')).toBe(before.get('client'));
  });

  it.each([
    ['address', true, '127.0.10.1:443'],
    ['privilege', false, '127.0.10.1:8443'],
  ])('stays where it is as long as the %s has not come', async (_, privileged, own) => {
    const wanted = [flow('web', '192.0.2.10')];
    const before = await decideListeners(wanted, NOTHING, linux({ privileged }));

    const after = await decideListeners(wanted, before, linux({ privileged, taken: [own] }));

    expect(samePlaces(before, after)).toBe(true);
  });
});

describe('placeName', () => {
  it.each([
    ['192.0.2.10', '192.0.2.10:443'],
    ['2001:db8::1', '[2001:db8::1]:443'],
  ])('writes %s as %s', (address, expected) => {
    expect(placeName({ address, port: 443 })).toBe(expected);
  });
});
