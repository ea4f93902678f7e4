import { describe, expect, it } from '@jest/globals';
import { lint, notes, refusal } from './helm.ts';
import { readChart, withValuesTable } from './values-table.ts';

describe('values', () => {
  it('are listed in the README as values.yaml and the schema have them', () => {
    const { readme, values, schema } = readChart();

    const current = withValuesTable(readme, values, schema);

    // Where this fails: node test/chart/values-table.ts
    expect(readme).toBe(current);
  });

  it('pass helm lint as they are shipped', async () => {
    const output = await lint();

    expect(output).toContain('0 chart(s) failed');
  });

  it.each([
    [{ replica: 2 }, "additional properties 'replica' not allowed"],
    [{ image: { pullpolicy: 'Always' } }, "at '/image': additional properties 'pullpolicy' not allowed"],
    [{ replicas: 'two' }, "at '/replicas': got string, want integer"],
    [{ logLevel: 'verbose' }, "at '/logLevel': value must be one of"],
    [{ watchNamespaces: ['Not_A_Namespace'] }, "at '/watchNamespaces/0'"],
    [{ image: { digest: 'sha256:12' } }, "at '/image/digest'"],
    [{ extraEnv: [{ name: 'POD_NAME', value: 'x' }] }, 'extraEnv: POD_NAME is set by the chart'],
    [{ serviceAccount: { create: false } }, 'serviceAccount.name: name the ServiceAccount to use'],
  ])('are refused with the place and the reason: %j', async (values, message) => {
    const text = await refusal(values);

    expect(text).toContain(message);
  });

  it('of a parent chart may come with its globals', async () => {
    const text = await notes({ global: { region: 'eu' } });

    expect(text).toContain('is installed');
  });
});

describe('what helm install prints', () => {
  it('warns of images that no node can pull', async () => {
    const own = { repository: 'registry.example.com/a', tag: '1' };

    const shipped = await notes();
    const pushed = await notes({ image: own, proxyImage: own });

    expect(shipped).toContain('Load localhost/teamwork-proxy-operator:');
    expect(pushed).not.toContain('localhost/');
  });

  it('says which namespaces are looked after', async () => {
    const everywhere = await notes();
    const two = await notes({ watchNamespaces: ['a', 'b'] });

    expect(everywhere).toContain('TeamworkProxies of every namespace.');
    expect(two).toContain('TeamworkProxies of the namespaces a, b.');
  });
});
