import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execIn, spawnIn } from '../../cluster/network/exec.ts';
import { addHost, removeHost } from '../../cluster/network/hosts.ts';
import { projectFolder } from '../../cluster/paths.ts';
import { untilReady } from '../../cluster/process/ready.ts';
import { run } from '../../cluster/process/run.ts';
import { hosts, workPath } from '../support/layout.ts';

/** A git repository that Argo CD reads: what is committed here is what is wanted in the cluster. */
export interface Repository {
  readonly url: string;
  /** Writes files, given by path and content, and commits them; gives the revision. */
  commit(message: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Undoes the last commit by another one, and gives the revision of that. */
  revert(): Promise<string>;
}

const name = 'site';

/** Makes a repository with the chart in `chart/` and serves it from a machine of its own beside the cluster, `hosts.git`. */
export async function openRepository(): Promise<Repository> {
  const base = workPath('repositories');
  const folder = join(base, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(projectFolder, 'charts/teamwork-proxy-operator'), join(folder, 'chart'), { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commitAll(folder, 'Begin with the chart');
  await serve(base);
  return {
    url: `git://${hosts.git.address}/${name}`,
    async commit(message, files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
      return commitAll(folder, message);
    },
    async revert() {
      await git(folder, 'revert', '--no-edit', 'HEAD');
      return head(folder);
    },
  };
}

async function commitAll(folder: string, message: string): Promise<string> {
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', `--message=${message}`);
  return head(folder);
}

async function head(folder: string): Promise<string> {
  return (await git(folder, 'rev-parse', 'HEAD')).trim();
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const identity = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const author = ['-c', 'user.name=Site', '-c', 'user.email=site@example.com'];
  const { stdout } = await run('git', ['-C', folder, ...author, ...args], { env: identity });
  return stdout;
}

async function serve(base: string): Promise<void> {
  await removeHost(hosts.git.name);
  const { namespace, address } = await addHost(hosts.git.name, hosts.git.address);
  const flags = ['--export-all', '--reuseaddr', `--listen=${address}`, `--base-path=${base}`];
  spawnIn(namespace, ['git', 'daemon', ...flags, base], { stdio: 'ignore' }).unref();
  const check = async () => {
    await execIn(namespace, ['git', 'ls-remote', '--quiet', `git://${address}/${name}`]);
    return undefined;
  };
  await untilReady({ what: 'The git server', check, timeoutMs: 30_000 });
}
