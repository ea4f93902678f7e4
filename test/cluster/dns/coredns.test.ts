import { describe, expect, it } from '@jest/globals';
import { configuration, dnsAddress } from './coredns.ts';

describe('configuration', () => {
  it('has CoreDNS answer where the pods ask, with the credentials it was given', () => {
    const text = configuration('/state/kubeconfig');

    expect(text).toContain(`bind ${dnsAddress}\n`);
    expect(text).toContain('kubeconfig /state/kubeconfig\n');
  });
});
