/** Operators on other machinery, to be tried by the same plans as ours. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../../cluster/process/run.ts';
import { type Subject, processSubject } from '../operator/subject.ts';

/** On `@dot-i/k8s-operator` 1.3.9. */
export const dotI = baseline('dot-i', '@dot-i/k8s-operator');

/** On the informer of `@kubernetes/client-node` 2.0.1. */
export const informer = baseline('informer', 'client-node informer');

/** Installs what the baselines are made on, where that was not done yet, as their lock files say. */
export async function installBaselines(): Promise<void> {
  for (const folder of ['dot-i', 'informer']) {
    const cwd = fileURLToPath(new URL(folder, import.meta.url));
    if (existsSync(`${cwd}/node_modules`)) continue;
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd });
  }
}

function baseline(folder: string, name: string): Subject {
  const main = fileURLToPath(new URL(`${folder}/main.ts`, import.meta.url));
  return processSubject({
    name,
    command: [process.execPath, '--disable-warning=ExperimentalWarning', '--disable-warning=DEP0169', main],
  });
}
