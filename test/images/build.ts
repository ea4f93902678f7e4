/**
 * Builds the container images from an empty base: node, what node needs, and one bundle. Needs Linux, `buildah` and `strip`, no
 * registry. `node test/images/build.ts proxy|operator|all`
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../cluster/paths.ts';
import { print, step } from '../cluster/process/progress.ts';
import { run } from '../cluster/process/run.ts';
import { buildImage } from './buildah.ts';
import { place } from './files.ts';
import { bundledPackages, placeLicences } from './licences.ts';
import type { Metafile } from './licences.ts';
import { prepareRuntime, projectVersion } from './runtime.ts';

/** One of the project's images. */
interface Image {
  readonly name: string;
  readonly title: string;
  readonly dockerfile: string;
}

/** What became of it, for people and for `build/reports/images.json`. */
interface ImageReport {
  readonly name: string;
  readonly digest: string;
  readonly archive: string;
  /** Size of the archive: what is sent over the network. */
  readonly compressedBytes: number;
  /** Size of the files. */
  readonly uncompressedBytes: number;
  readonly ms: number;
}

const IMAGES = {
  proxy: { name: 'teamwork-proxy', title: 'Teamwork Proxy', dockerfile: 'proxy-image/Dockerfile' },
  operator: {
    name: 'teamwork-proxy-operator',
    title: 'Teamwork Proxy Operator',
    dockerfile: 'operator/Dockerfile',
  },
} as const satisfies Record<string, Image>;

type Component = keyof typeof IMAGES;

const folder = join(projectFolder, 'build/images');

async function main(which = ''): Promise<void> {
  const components = which === 'all' ? (Object.keys(IMAGES) as Component[]) : [componentOf(which)];
  await step('Bundling', () => run(process.execPath, ['build.ts'], { cwd: projectFolder }));

  const runtime = join(folder, 'runtime');
  rmSync(runtime, { recursive: true, force: true });
  await step('Collecting node and its libraries', () => prepareRuntime(runtime));
  const images: ImageReport[] = [];
  for (const component of components) {
    images.push(await step(`Building ${reference(component)}`, () => build(component, runtime)));
  }

  const reports = join(projectFolder, 'build/reports');
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, 'images.json'), `${JSON.stringify({ images }, null, 2)}\n`);
  for (const image of images) {
    const sizes = `${megabytes(image.compressedBytes)} compressed, ${megabytes(image.uncompressedBytes)} unpacked`;
    print(`${image.name}@${image.digest}\n  ${image.archive}: ${sizes}`);
  }
}

function componentOf(name: string): Component {
  if (Object.hasOwn(IMAGES, name)) return name as Component;
  throw new Error(`there is no image "${name}"; give ${Object.keys(IMAGES).join(', ')} or all`);
}

function reference(component: Component): string {
  return `localhost/${IMAGES[component].name}:${projectVersion()}`;
}

async function build(component: Component, runtime: string): Promise<ImageReport> {
  const start = performance.now();
  const { title, dockerfile } = IMAGES[component];
  const context = join(folder, component);
  const archive = join(folder, `${component}.tar`);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  await run('cp', ['--archive', '--link', runtime, join(context, 'runtime')]);
  const bundles = join(projectFolder, 'build', component);
  for (const file of readdirSync(bundles).filter((name) => name.endsWith('.mjs'))) {
    place(join(bundles, file), join(context, 'app', file), 0o644);
  }
  const metafile = readFileSync(join(projectFolder, 'build', component, 'meta.json'), 'utf8');
  placeLicences(
    projectFolder,
    bundledPackages(JSON.parse(metafile) as Metafile),
    join(context, 'app/licenses'),
  );

  const digest = await buildImage({
    reference: reference(component),
    dockerfile: join(projectFolder, dockerfile),
    context,
    labels: {
      'org.opencontainers.image.title': title,
      'org.opencontainers.image.version': projectVersion(),
      'org.opencontainers.image.licenses': 'Apache-2.0',
    },
    archive,
  });
  return {
    name: reference(component),
    digest,
    archive: `build/images/${component}.tar`,
    compressedBytes: statSync(archive).size,
    uncompressedBytes: await sizeOf(context),
    ms: Math.round(performance.now() - start),
  };
}

/** Bytes of all files below a folder. */
async function sizeOf(path: string): Promise<number> {
  const { stdout } = await run('du', ['--summarize', '--bytes', path]);
  return Number.parseInt(stdout, 10);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

// The modes of files are part of a digest; whoever builds gets the same ones.
process.umask(0o022);
try {
  await main(process.argv[2]);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
