import { load } from 'js-yaml';
import { describe, expect, it } from '@jest/globals';
import { renderKubeconfig } from './kubeconfig.ts';

describe('renderKubeconfig', () => {
  it('holds server, authority and credentials of its one context', () => {
    const text = renderKubeconfig({
      url: 'https://127.0.0.1:6443',
      certificateAuthority: 'authority',
      clientCertificate: 'certificate',
      clientKey: 'key',
    });

    expect(load(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'teamwork-proxy',
      contexts: [{ name: 'teamwork-proxy', context: { cluster: 'teamwork-proxy', user: 'teamwork-proxy' } }],
      clusters: [
        {
          name: 'teamwork-proxy',
          cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'YXV0aG9yaXR5' },
        },
      ],
      users: [
        {
          name: 'teamwork-proxy',
          user: { 'client-certificate-data': 'Y2VydGlmaWNhdGU=', 'client-key-data': 'a2V5' },
        },
      ],
    });
  });
});
