import { API_VERSION, KIND } from '../../../operator/api/resource.ts';

/** A manifest with the given specification. A field set to undefined is left out of what a helper of this file gives. */
export function manifest(spec: unknown, metadata: object = {}): object {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'twc', ...metadata }, spec };
}

/** A certificate of the given name, from a Secret of type kubernetes.io/tls. */
export function certificate(name: string): object {
  return { name, secretRef: { name: `${name}-tls` } };
}

/** A specification with nothing but the Teamwork Cloud shorthand and what that needs. */
export function shorthand(cloud: object = {}, rest: object = {}): object {
  return {
    teamworkCloud: {
      release: '2026x',
      hostname: 'twc.example.com',
      servers: [{ host: 'twc-0.internal.example.com' }],
      ...cloud,
    },
    certificates: [certificate('public')],
    ...rest,
  };
}

/** A specification with one frontend and one backend of layer 4, both named `tcp`. */
export function layer4(frontend: object = {}, backend: object = {}, rest: object = {}): object {
  return {
    frontends: [{ name: 'tcp', protocol: 'TCP', backend: 'tcp', ...frontend }],
    backends: [{ name: 'tcp', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }], ...backend }],
    ...rest,
  };
}

/** A specification with one frontend and one backend of layer 7, both named `web`, and the certificate `public`. */
export function layer7(frontend: object = {}, backend: object = {}, rest: object = {}): object {
  return {
    certificates: [certificate('public')],
    frontends: [
      {
        name: 'web',
        protocol: 'HTTPS',
        certificates: ['public'],
        routes: [{ paths: ['/webapp'], backend: 'web' }],
        ...frontend,
      },
    ],
    backends: [
      { name: 'web', protocol: 'HTTPS', servers: [{ host: 'app.example.com', port: 8443 }], ...backend },
    ],
    ...rest,
  };
}
