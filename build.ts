/** Bundles each program into few files in a folder below build/, beside a list of what is in them: `node build.ts`. */
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Where a program begins, by the name of its bundle. Source maps lie beside the bundles: within, each of the proxy's processes would hold
 * 3 MiB for it, and the operator 70 MiB, and look up each stack trace in it; bundles keep the names of functions.
 */
const PROGRAMS = {
  operator: { entry: 'operator/main.ts', splitting: false },
  // Each of its processes loads its own part.
  proxy: { entry: 'proxy-image/main.ts', splitting: true },
} as const;

for (const [name, { entry, splitting }] of Object.entries(PROGRAMS)) {
  const outdir = `build/${name}`;
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [{ in: entry, out: name }],
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Comments go: those of a package that are not in Latin-1 would make Node hold the operator's 4 MB as 8. Names and lines stay, for stack traces.
    minifyWhitespace: true,
    lineLimit: 120,
    // Some packages are CommonJS and require what Node has.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'inline',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(`${outdir}/meta.json`, JSON.stringify(metafile));
}
