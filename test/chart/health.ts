import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import type { TeamworkProxy } from '../../operator/api/resource.ts';
import { locate } from '../cluster/binaries/locate.ts';
import { run } from '../cluster/process/run.ts';
import { chartFolder } from './values-table.ts';

/** The health check with its tests, in the layout in which Argo CD takes contributions. */
export const customization = join(
  chartFolder,
  'argocd/resource_customizations/teamworkproxy.io/TeamworkProxy',
);

/** What Argo CD makes of a resource. */
export interface Health {
  readonly status: string;
  readonly message: string;
}

/** A resource as far as its health depends on it. */
export type Assessed = Pick<TeamworkProxy, 'apiVersion' | 'kind' | 'status'> & {
  readonly metadata: Pick<TeamworkProxy['metadata'], 'name' | 'namespace' | 'generation'>;
};

/** The only setting of Argo CD that a health check needs. */
export const healthSetting = 'resource.customizations.health.teamworkproxy.io_TeamworkProxy';

export function healthScript(): string {
  return readFileSync(join(customization, 'health.lua'), 'utf8');
}

/** Has Argo CD itself run the health check for a resource, with the settings that users give it. */
export async function assess(proxy: Assessed): Promise<Health> {
  const folder = mkdtempSync(join(tmpdir(), 'argocd-health-'));
  try {
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'argocd-cm',
        namespace: 'argocd',
        labels: { 'app.kubernetes.io/part-of': 'argocd' },
      },
      data: { [healthSetting]: healthScript() },
    };
    const [settingsFile, proxyFile] = [join(folder, 'argocd-cm.yaml'), join(folder, 'proxy.yaml')];
    writeFileSync(settingsFile, dump(settings));
    writeFileSync(proxyFile, dump(proxy, { noRefs: true }));
    const args = ['admin', 'settings', 'resource-overrides', 'health', proxyFile];
    const { stdout } = await run(locate('argocd'), [...args, `--argocd-cm-path=${settingsFile}`]);
    const [, status = '', message = ''] = /^STATUS: (.*)\nMESSAGE: ([^]*)\n$/.exec(stdout) ?? [];
    return { status, message };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What a resource's health has to be, by the meaning of its conditions: a failure is whatever Ready names and is not on its way. The words
 * are those of Ready, as soon as it is about the present specification.
 */
export function wantedHealth({ metadata, status }: Assessed): Health | 'Progressing' {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || status?.observedGeneration !== metadata.generation) return 'Progressing';
  const { message } = ready;
  if (ready.status === 'True') return { status: 'Healthy', message };
  return { status: ready.reason === 'Pending' ? 'Progressing' : 'Degraded', message };
}
