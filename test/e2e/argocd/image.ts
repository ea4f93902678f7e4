import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locate } from '../../cluster/binaries/locate.ts';
import { run } from '../../cluster/process/run.ts';
import { versions } from '../../cluster/versions.ts';
import { buildImage } from '../../images/buildah.ts';
import { place } from '../../images/files.ts';
import { parseLdd } from '../../images/libraries.ts';
import { workPath } from '../support/layout.ts';

/** The image of every part of Argo CD, Redis included. */
export const argocdImage = `localhost/argocd:${versions.argocd}`;

/** Programs of Debian, by their place in the image. The file that Debian calls redis-check-rdb is Redis itself under another name. */
const programs = {
  'usr/bin/git': '/usr/bin/git',
  'usr/bin/tini': '/usr/bin/tini',
  'usr/local/bin/redis-server': '/usr/bin/redis-check-rdb',
} as const;

/** The parts of Argo CD that run here; the program is told by its name which of them it is. */
const parts = ['argocd-application-controller', 'argocd-repo-server', 'argocd-git-ask-pass'] as const;

const files = {
  'etc/passwd': 'root:x:0:0:root:/:/sbin/nologin\nargocd:x:999:999:argocd:/home/argocd:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nargocd:x:999:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
  'home/argocd/.keep': '',
  'app/config/ssh/.keep': '',
  'app/config/tls/.keep': '',
  'app/config/gpg/source/.keep': '',
  'app/config/gpg/keys/.keep': '',
  'tmp/.keep': '',
} as const;

/** Builds the image from what is installed on this host, and gives the path of its archive. */
export async function buildArgocdImage(): Promise<string> {
  const context = workPath('argocd', 'image');
  const root = join(context, 'root');
  rmSync(context, { recursive: true, force: true });
  for (const [target, source] of Object.entries(programs)) {
    place(source, join(root, target), 0o755);
    const { stdout } = await run('ldd', [source]);
    for (const library of parseLdd(stdout)) place(library, join(root, library), 0o755);
  }
  for (const name of ['argocd', 'helm'] as const)
    place(locate(name), join(root, 'usr/local/bin', name), 0o755);
  for (const part of parts) symlinkSync('argocd', join(root, 'usr/local/bin', part));
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, content);
  }

  const archive = workPath('argocd', 'image.tar');
  await buildImage({
    reference: argocdImage,
    dockerfile: fileURLToPath(new URL('Dockerfile', import.meta.url)),
    context,
    labels: {},
    archive,
  });
  rmSync(context, { recursive: true });
  return archive;
}
