import { describe, expect, it } from '@jest/globals';
import { plan } from '../../reconcile/plan/plan.ts';
import { LAYER7, planInput } from '../../reconcile/testdata/inputs.ts';
import type { DecidedListener } from '../listen/decide.ts';
import { flowUrl, formatFlows } from './flows.ts';
import { remarks } from './remarks.ts';

function listeners(port: number, note: string | null = null): ReadonlyMap<string, DecidedListener> {
  const entries = ['web', 'client', 'license'].map((key, index) => {
    const wanted = { key, address: undefined, port: 443 };
    return [key, { address: `127.0.10.${index + 1}`, port, wanted, note }] as const;
  });
  return new Map(entries);
}

describe('formatFlows', () => {
  it('tells of each flow what clients enter, where it leads and until when the certificate is valid', () => {
    const planned = plan(planInput(LAYER7));

    const lines = formatFlows(planned, listeners(8443)).split('\n');

    expect(lines).toHaveLength(4);
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      'web',
      'https://twc.example.com:8443',
      '127.0.10.1:8443',
      'webapp (twc-0.internal:8443, twc-1.internal:8443) rest (twc-0.internal:8111, twc-1.internal:8111)',
      expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    ]);
    expect(lines[2]?.split(/ {2,}/)).toEqual([
      'client',
      '127.0.10.2:8443',
      '127.0.10.2:8443',
      'client (twc-0.internal:10002, twc-1.internal:10002)',
      '-',
    ]);
  });

  it('tells which flow is not served', () => {
    const planned = plan(planInput(LAYER7, { secrets: new Map() }));

    const [, web, client] = formatFlows(planned, listeners(443)).split('\n');

    expect(web).toMatch(/^web .* not served /);
    expect(client).toMatch(/127\.0\.10\.2:443/);
  });
});

describe('flowUrl', () => {
  it('leaves the usual port away', () => {
    const [web] = plan(planInput(LAYER7)).flows;
    const [listener] = listeners(443).values();
    if (web === undefined || listener === undefined) throw new Error('there is a first flow');

    expect(flowUrl(web, listener)).toBe('https://twc.example.com');
  });

  it('uses the name that leads to a flow of layer 4', () => {
    const cloud = { ...LAYER7.teamworkCloud, hostnames: { client: 'client.example.com' } };
    const [, client] = plan(planInput({ ...LAYER7, teamworkCloud: cloud })).flows;
    const [listener] = listeners(8443).values();
    if (client === undefined || listener === undefined) throw new Error('there is a client flow');

    expect(flowUrl(client, listener)).toBe('client.example.com:8443');
  });

  it('uses the address where there is no host name', () => {
    const spec = {
      frontends: [{ name: 'web', port: 80, protocol: 'HTTP', redirects: [{ from: '/', to: '/webapp' }] }],
    };
    const [web] = plan(planInput(spec)).flows;
    if (web === undefined) throw new Error('there is a first flow');
    const wanted = { key: 'web', address: undefined, port: 80 };

    expect(flowUrl(web, { address: '2001:db8::1', port: 8080, wanted, note: null })).toBe(
      'http://[2001:db8::1]:8080',
    );
  });
});

describe('remarks', () => {
  it.each([
    ['2026-11-24T12:00:00Z', []],
    [
      '2126-10-20T00:00:00Z',
      [
        'warning: spec.certificates[public]: Secret twc-keystore, key keystore.p12: expires on 2126-10-31; put a renewed one in its place',
      ],
    ],
    [
      '2200-01-01T00:00:00Z',
      [
        'problem: spec.certificates[public]: Secret twc-keystore, key keystore.p12: expired on 2126-10-31, and is served all the same; put a renewed one in its place',
      ],
    ],
  ])('tells at %s how a certificate stands in its lifetime', (now, expected) => {
    const lines = remarks(plan(planInput(LAYER7)), listeners(443), new Date(now));

    expect(lines.filter((line) => /^(?:warning|problem): /.test(line))).toEqual(expected);
  });

  it('passes findings on', () => {
    const cleartext = { ...LAYER7.teamworkCloud, client: { encryption: 'Cleartext' } };

    const lines = remarks(plan(planInput({ ...LAYER7, teamworkCloud: cleartext })), listeners(443));

    expect(lines).toContainEqual(
      expect.stringMatching(/^finding: spec\.teamworkCloud\.client\.encryption: /),
    );
  });

  it('tells what is wrong with a certificate, which flow that stops, and where a flow listens elsewhere', () => {
    const planned = plan(planInput(LAYER7, { secrets: new Map() }));

    const lines = remarks(planned, listeners(8443, 'moved'));

    expect(lines).toEqual([
      expect.stringMatching(/^problem: spec\.certificates\[public\]: Secret twc-keystore does not exist/),
      expect.stringMatching(/^problem: web is not served: /),
      'note: web, client, license: moved',
    ]);
  });

  it('tells that what was valid before is served on', () => {
    const [certificate] = plan(planInput(LAYER7)).certificates;
    if (certificate === undefined || certificate.state === 'Missing')
      throw new Error('the certificate is valid');
    const planned = plan(
      planInput(LAYER7, { secrets: new Map(), lastGood: new Map([['public', certificate.material]]) }),
    );

    expect(remarks(planned, listeners(443))).toEqual([
      expect.stringMatching(/; what was valid before is served on$/),
    ]);
  });
});
