import type { CelRule } from '../schema/builder.ts';

const PRESET_BACKENDS = "['webapp', 'rest', 'authserver', 'client', 'license']";

/** CEL: the backend of the given name is there, or is one that the shorthand makes. */
function knownBackend(name: string): string {
  return `(self.backends.exists(b, b.name == ${name}) || (has(self.teamworkCloud) && ${name} in ${PRESET_BACKENDS}))`;
}

/** CEL: the frontend `f` names only backends that are there. */
const BACKENDS_KNOWN = `(!has(f.backend) || ${knownBackend('f.backend')}) && f.routes.all(r, !has(r.backend) || ${knownBackend('r.backend')}) && f.sniRoutes.all(r, ${knownBackend('r.backend')})`;

/** CEL: there is something of the given name that can be trusted. */
function knownTrust(name: string): string {
  return `(self.authorities.exists(x, x.name == ${name}) || self.certificates.exists(x, x.name == ${name}))`;
}

const CERTIFICATES_KNOWN = 'f.certificates.all(c, self.certificates.exists(x, x.name == c))';

const CLIENT_TRUST_KNOWN = `!has(f.clientCertificates) || f.clientCertificates.trust.all(c, ${knownTrust('c')})`;

const TRUST_KNOWN = `!has(b.tls) || b.tls.trust.all(c, ${knownTrust('c')})`;

/** CEL: `b` speaks what the frontend `f` needs. */
const SAME_LAYER = "(f.protocol in ['TCP', 'TLS']) == (b.protocol in ['TCP', 'TLS'])";

const LAYERS_FIT = `self.backends.all(b, (!(has(f.backend) && f.backend == b.name) && !f.routes.exists(r, has(r.backend) && r.backend == b.name) && !f.sniRoutes.exists(r, r.backend == b.name)) || ${SAME_LAYER})`;

const ADDRESS_TAKEN =
  'has(f.loadBalancer.address) && self.frontends.exists(g, g.name != f.name && g.port == f.port && has(g.loadBalancer.address) && g.loadBalancer.address == f.loadBalancer.address)';

/**
 * Rules over the whole specification: what names what, and what can't stand together. The messages can't name the entry that is at
 * fault: the API server's cost estimate refuses a messageExpression that looks through bounded lists.
 */
export const crossReferenceRules: readonly CelRule[] = [
  {
    rule: 'has(self.teamworkCloud) || has(self.teamOne) || size(self.frontends) > 0',
    message: 'nothing to serve: give teamworkCloud, teamOne, or at least one entry of frontends',
  },
  {
    rule: `self.frontends.all(f, ${BACKENDS_KNOWN})`,
    message:
      'frontends: a backend is named that spec.backends does not have; add it there or correct the name',
  },
  {
    rule: `self.frontends.all(f, ${CERTIFICATES_KNOWN})`,
    message:
      'frontends: a certificate is named that spec.certificates does not have; add it there or correct the name',
  },
  {
    rule: `self.frontends.all(f, ${CLIENT_TRUST_KNOWN})`,
    message:
      'frontends: clientCertificates.trust names what neither spec.authorities nor spec.certificates has; add it there or correct the name',
  },
  {
    rule: `self.backends.all(b, ${TRUST_KNOWN})`,
    message:
      'backends: tls.trust names what neither spec.authorities nor spec.certificates has; add it there or correct the name',
  },
  {
    rule: '!self.authorities.exists(a, self.certificates.exists(c, c.name == a.name))',
    message:
      'authorities: an entry of spec.certificates has the same name, so it is undecided which of them is trusted; rename one',
  },
  {
    rule: `self.frontends.all(f, ${LAYERS_FIT})`,
    message:
      'frontends: the protocols of frontend and backend do not fit: behind TCP and TLS frontends a backend has protocol TCP or TLS, behind HTTP and HTTPS frontends HTTP or HTTPS',
  },
  {
    rule: `!self.frontends.exists(f, ${ADDRESS_TAKEN})`,
    message:
      'frontends: two flows ask for the same address and port; give each an address of its own, or another port',
  },
  {
    rule: "!has(self.teamworkCloud) || self.teamworkCloud.topology != 'Layer7Hybrid' || size(self.certificates) > 0",
    message:
      'certificates: topology Layer7Hybrid ends TLS and needs an entry of spec.certificates; add it, or choose topology Layer4',
  },
  {
    rule: '!has(self.teamworkCloud) || !has(self.teamworkCloud.certificate) || self.certificates.exists(c, c.name == self.teamworkCloud.certificate)',
    message:
      'teamworkCloud.certificate: spec.certificates has no entry of this name; add it there or correct the name',
  },
  {
    rule: '!has(self.teamworkCloud) || !has(self.teamworkCloud.backendTls) || self.teamworkCloud.backendTls.trust.all(t, self.authorities.exists(c, c.name == t) || self.certificates.exists(c, c.name == t))',
    message:
      'teamworkCloud.backendTls.trust: neither spec.authorities nor spec.certificates has an entry of this name; add it there or correct the name',
  },
  {
    rule: "!has(self.teamOne) || self.teamOne.tls != 'Proxy' || size(self.certificates) > 0",
    message:
      'certificates: teamOne ends TLS and needs an entry of spec.certificates; add it, or say tls: LoadBalancer where a load balancer ends TLS',
  },
  {
    rule: '!has(self.teamOne) || !has(self.teamOne.certificate) || self.certificates.exists(c, c.name == self.teamOne.certificate)',
    message:
      'teamOne.certificate: spec.certificates has no entry of this name; add it there or correct the name',
  },
  {
    rule: `!has(self.teamOne) || self.teamOne.trust.all(t, ${knownTrust('t')})`,
    message:
      'teamOne.trust: neither spec.authorities nor spec.certificates has an entry of this name; add it there or correct the name',
  },
];
