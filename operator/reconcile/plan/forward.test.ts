import { describe, expect, it } from '@jest/globals';
import { renderConfig } from '../render/config.ts';
import { renderNetworkPolicy } from '../render/network-policy.ts';
import { planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { plan } from './plan.ts';

const COMPANY = { name: 'company', secretRef: { name: 'twc-keystore', key: 'clients.pem' } };
const LOST = { name: 'lost', secretRef: { name: 'is-not-there', key: 'ca.crt' } };

function planned(forward: object, rest: object = {}) {
  return plan(
    planInput({
      certificates: [PUBLIC_CERTIFICATE],
      authorities: [COMPANY, LOST],
      frontends: [
        {
          name: 'web',
          protocol: 'HTTPS',
          certificates: ['public'],
          routes: [{ paths: ['/to'], forward: { allowedHosts: ['tm1.example.com'], ...forward } }],
        },
      ],
      ...rest,
    }),
  );
}

function rendered(forward: object) {
  const listen = () => ({ address: '::', port: 10_001, publicPort: 443 });
  const config = renderConfig(planned(forward), listen, {
    chainFile: (name) => `${name}.crt`,
    keyFile: (name) => `${name}.key`,
    authorityFile: (file) => file,
  });
  return config.frontends[0]?.routes[0];
}

describe('forward', () => {
  it('becomes what the proxy knows it by, with all that was not said', () => {
    expect(rendered({})).toEqual({
      paths: ['/to'],
      forward: {
        protocol: 'HTTPS',
        port: 443,
        allowedHosts: ['tm1.example.com'],
        oauthAllowedHosts: [],
        allowedAddresses: [],
        refusedAddresses: [],
        tls: { verify: 'Chain', trustFiles: [], pinnedSha256: [] },
        targets: 64,
      },
    });
  });

  it('has no TLS and another port with HTTP', () => {
    expect(rendered({ protocol: 'HTTP' })?.forward).toMatchObject({ protocol: 'HTTP', port: 80 });
    expect(rendered({ protocol: 'HTTP' })?.forward).not.toHaveProperty('tls');
    expect(rendered({ protocol: 'HTTP', port: 8010 })?.forward).toMatchObject({ port: 8010 });
  });

  it('trusts what there is of its authorities', () => {
    const { forward } = rendered({ tls: { trust: ['company', 'lost', 'public'] } }) ?? {};

    expect(forward?.tls?.trustFiles).toEqual([expect.stringContaining('company'), 'public.crt']);
  });

  it('is not served with nothing left to trust, rather than trust the public authorities', () => {
    const [flow] = planned({ tls: { trust: ['lost'] } }).flows;

    expect(flow?.unservable).toBe(
      "the host that a request names can't be verified, as nothing of what it trusts (lost) can be used",
    );
  });

  it.each([
    [{ tls: { trust: ['none'] } }, 'tls.trust', 'UnknownCertificate'],
    [{ allowedHosts: ['127.1'] }, 'allowedHosts', 'UnusableHost'],
    [{ allowedHosts: ['0.0.0.0'] }, 'allowedHosts', 'UnusableHost'],
    [{ allowedHosts: ['tm1.example.com:65536'] }, 'allowedHosts', 'UnusableHost'],
    [{ oauthAllowedHosts: ['0x7f000001'] }, 'oauthAllowedHosts', 'UnusableHost'],
  ])('%j is refused at %s', (forward, field, reason) => {
    expect(planned(forward).refusals).toEqual([
      expect.objectContaining({ path: `spec.frontends[web].routes[0].forward.${field}`, reason }),
    ]);
  });

  it('is refused where a NetworkPolicy would keep the pods from its hosts', () => {
    const closed = { networkPolicy: { egress: 'BackendsOnly' } };

    expect(planned({}, closed).refusals).toEqual([
      expect.objectContaining({
        reason: 'EgressUnknown',
        message: expect.stringContaining('tm1.example.com'),
      }),
    ]);
    expect(planned({ allowedHosts: ['192.0.2.5'] }, closed).refusals).toEqual([]);
  });

  it('lets the pods out to its hosts on their ports', () => {
    const ranges = { networkPolicy: { egress: 'BackendsOnly', egressRanges: ['198.51.100.0/24'] } };
    const allowedHosts = ['tm1.example.com', '*.example.com:8010', '[fd00::5]:*'];

    const policy = renderNetworkPolicy(planned({ allowedHosts }, ranges), undefined);

    expect(policy?.spec?.egress?.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ protocol: 'TCP', port: 443 }] },
      { to: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ protocol: 'TCP', port: 8010 }] },
      { to: [{ ipBlock: { cidr: 'fd00::5/128' } }], ports: [{ protocol: 'TCP' }] },
    ]);
  });
});

describe('requireHttps', () => {
  it('becomes what the proxy knows it by', () => {
    const listen = () => ({ address: '::', port: 10_001, publicPort: 80 });
    const config = renderConfig(
      plan(
        planInput({
          frontends: [{ name: 'web', protocol: 'HTTP', port: 80, policies: { requireHttps: {} } }],
        }),
      ),
      listen,
      { chainFile: String, keyFile: String, authorityFile: String },
    );

    expect(config.frontends[0]?.policies).toEqual({
      requireHttps: { action: 'Redirect', redirectPort: 443, tlsPorts: [443] },
    });
  });
});
