import { dump } from 'js-yaml';
import type { KeyPair } from './authority.ts';

/** How to talk to an API server and as whom. Certificates and keys are PEM. */
export interface Access {
  /** Base URL of the API server, without a slash at the end. */
  readonly url: string;
  readonly certificateAuthority: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** A kubeconfig file, as YAML, that needs no other file. */
export function renderKubeconfig(access: Access): string {
  const name = 'teamwork-proxy';
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      {
        name,
        cluster: { server: access.url, 'certificate-authority-data': base64(access.certificateAuthority) },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(access.clientCertificate),
          'client-key-data': base64(access.clientKey),
        },
      },
    ],
  });
}

/** What a key pair may do at an API server. */
export function accessFor(url: string, certificateAuthority: string, { certificate, key }: KeyPair): Access {
  return { url, certificateAuthority, clientCertificate: certificate, clientKey: key };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
