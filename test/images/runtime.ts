import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { projectFolder } from '../cluster/paths.ts';
import { run } from '../cluster/process/run.ts';
import { place } from './files.ts';
import { parseLdd } from './libraries.ts';

/** The user that both images run as, as distroless images have it. */
const USER_ID = 65532;

const FILES = {
  'etc/passwd': `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${USER_ID}:${USER_ID}:nonroot:/:/sbin/nologin\n`,
  'etc/group': `root:x:0:\nnonroot:x:${USER_ID}:\n`,
  // Without it glibc asks DNS before /etc/hosts, and a pod's hostAliases lose.
  'etc/nsswitch.conf': 'hosts: files dns\n',
} as const;

/** Debian packages that the shared libraries come from; their licences want to be passed on with them. */
const LIBRARY_PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6'] as const;

/**
 * Fills `folder` with what a bundle needs in order to run and nothing else: node, the shared libraries it is linked with, users,
 * licences.
 *
 * @throws if a tool or a library is missing on this host
 */
export async function prepareRuntime(folder: string): Promise<void> {
  const node = nodePackage();
  const { stdout } = await run('ldd', [node.binary]);
  for (const library of parseLdd(stdout)) {
    place(library, join(folder, library), 0o755);
  }
  const binary = join(folder, 'usr/local/bin/node');
  place(node.binary, binary, 0o755);
  // Symbols and debug information: a seventh of the file, and only a debugger reads them.
  await run('strip', ['--strip-all', binary]);

  for (const [path, content] of Object.entries(FILES)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode: 0o644 });
  }
  const licences = join(folder, 'usr/share/licenses');
  place(join(projectFolder, 'LICENSE'), join(licences, 'teamwork-proxy-operator/LICENSE'), 0o644);
  place(node.licence, join(licences, 'node/LICENSE'), 0o644);
  for (const name of LIBRARY_PACKAGES) {
    const copyright = join('/usr/share/doc', name, 'copyright');
    if (existsSync(copyright)) place(copyright, join(licences, name, 'copyright'), 0o644);
  }
}

/** Version of the project: the tag of its images. */
export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

function nodePackage(): { readonly binary: string; readonly licence: string } {
  const name = `node-linux-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    return { binary: join(folder, 'bin/node'), licence: join(folder, 'LICENSE') };
  } catch (cause) {
    throw new Error(
      `the package ${name} is not installed; run "npm ci" on a Linux host of this architecture`,
      { cause },
    );
  }
}
