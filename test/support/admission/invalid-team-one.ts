import { certificate } from './manifests.ts';
import type { RuleCase } from './types.ts';

function teamOne(given: object, rest: object = {}): object {
  return {
    teamOne: { hostname: 'teamone.example.com', allowedHosts: ['tm1.example.com'], ...given },
    certificates: [certificate('public')],
    ...rest,
  };
}

/** Gateways to TM1 that break a rule. */
export const invalidTeamOne: readonly RuleCase[] = [
  {
    desc: 'a gateway that ends TLS without a certificate',
    spec: teamOne({}, { certificates: [] }),
    refused: [
      'spec',
      'certificates: teamOne ends TLS and needs an entry of spec.certificates; add it, or say tls: LoadBalancer where a load balancer ends TLS',
    ],
  },
  {
    desc: 'a gateway with an unknown certificate',
    spec: teamOne({ certificate: 'pubic' }),
    refused: [
      'spec',
      'teamOne.certificate: spec.certificates has no entry of this name; add it there or correct the name',
    ],
  },
  {
    desc: 'a gateway that trusts what is unknown',
    spec: teamOne({ trust: ['company'] }),
    refused: [
      'spec',
      'teamOne.trust: neither spec.authorities nor spec.certificates has an entry of this name; add it there or correct the name',
    ],
  },
  {
    desc: 'a gateway to nothing',
    spec: teamOne({ allowedHosts: [] }),
    refused: [
      'spec.teamOne',
      'nothing may be asked: name the TM1 servers in servers, which are watched then, or in allowedHosts, where *.example.com can stand for many',
    ],
  },
  {
    desc: 'a gateway that ends TLS and believes a load balancer',
    spec: teamOne({ trustedSources: ['10.0.0.0/8'] }),
    refused: [
      'spec.teamOne',
      'trustedSources: with tls Proxy clients are seen as they are; remove it, or set tls to LoadBalancer where a load balancer ends TLS',
    ],
  },
  {
    desc: 'a gateway behind a load balancer that it does not know',
    spec: teamOne({ tls: 'LoadBalancer' }),
    refused: [
      'spec.teamOne',
      'trustedSources: with tls LoadBalancer give the ranges of the load balancer, as it alone is believed that a request has come by HTTPS',
    ],
  },
  {
    desc: 'a gateway behind a load balancer with a certificate of its own',
    spec: teamOne({ tls: 'LoadBalancer', trustedSources: ['10.0.0.0/8'], certificate: 'public' }),
    refused: [
      'spec.teamOne',
      'certificate: with tls LoadBalancer the load balancer has the certificate; remove it, or set tls to Proxy',
    ],
  },
];
