import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../paths.ts';
import { withLock } from '../process/lock.ts';
import { print, step } from '../process/progress.ts';
import { run } from '../process/run.ts';
import { type Binary, binaries, type Group, type ModuleFile, moduleFiles, type Recipe } from './catalogue.ts';
import { builtName, goBuild, requireGo } from './go.ts';
import { assetPath, cachePath } from './locate.ts';
import { checkKubernetesModule } from './pins.ts';

/**
 * Puts everything of the groups into the cache that is not there yet. What is there costs nothing; an interrupted build leaves
 * nothing that looks finished, because each file is renamed to its place as the last thing.
 *
 * @throws if Go is missing or a build fails, with the end of its log
 */
export async function install(wanted: readonly Group[]): Promise<void> {
  if (missingBinaries(wanted).length === 0 && missingFiles(wanted).length === 0) {
    return;
  }

  await requireGo();
  checkKubernetesModule();
  const cache = cacheFolder();
  const onWait = () => print('Another process is building the binaries; waiting for it ...');
  await withLock(`build ${cache}`, onWait, async () => {
    // Whoever is interrupted leaves its folder behind, and nobody else builds while the lock is held.
    rmSync(join(cache, 'building'), { recursive: true, force: true });
    for (const [recipe, missing] of Map.groupBy(missingBinaries(wanted), (binary) => binary.recipe)) {
      await build(recipe, missing);
    }
    for (const file of missingFiles(wanted)) {
      await copyFromModule(file);
    }
  });
}

function missingBinaries(wanted: readonly Group[]): readonly Binary[] {
  return binaries.filter(
    (binary) =>
      wanted.includes(binary.group) && assetPath(binary.name) === undefined && !existsSync(cachePath(binary)),
  );
}

function missingFiles(wanted: readonly Group[]): readonly ModuleFile[] {
  return moduleFiles.filter((file) => wanted.includes(file.group) && !existsSync(cachePath(file)));
}

async function build(recipe: Recipe, missing: readonly Binary[]): Promise<void> {
  const target = makeBuildFolder();
  const [shortName] = recipe.title.split(' ');
  const log = join(cacheFolder(), 'logs', `build-${shortName}.log`);
  let lines = 0;
  let last = '';
  const onProgress = (line: string) => {
    lines += 1;
    last = line;
  };
  const detail = () =>
    lines === 0 ? 'nothing to compile so far' : `${lines} steps of Go, the last: ${last}`;

  const names = missing.map((binary) => binary.name).join(' ');
  await step(
    `Building ${recipe.title}: ${names}`,
    () => goBuild({ recipe, binaries: missing, target, log, onProgress }),
    detail,
  );
  for (const binary of missing) {
    moveIntoPlace(join(target, builtName(binary.package)), cachePath(binary));
  }
  rmSync(target, { recursive: true });
}

async function copyFromModule(file: ModuleFile): Promise<void> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${file.module}@v${file.version}`]);
  const { Dir: folder } = JSON.parse(stdout) as { Dir: string };
  const target = makeBuildFolder();
  const copy = join(target, file.name);
  copyFileSync(join(folder, file.path), copy);
  moveIntoPlace(copy, cachePath(file));
  rmSync(target, { recursive: true });
}

function makeBuildFolder(): string {
  const parent = join(cacheFolder(), 'building');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'build-'));
}

function moveIntoPlace(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
