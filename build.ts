/** Bundles each program into one file below build/, beside a list of what is in it: `node build.ts`. */
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Where a program begins, by the name of its bundle, and where its source map goes. Each of the proxy's processes would hold 3 MiB for one
 * inside of the bundle, and look up each stack trace in it; bundles keep the names of functions.
 */
const PROGRAMS = {
  operator: { entry: 'operator/main.ts', sourcemap: 'inline' },
  proxy: { entry: 'proxy-image/main.ts', sourcemap: 'external' },
} as const;

for (const [name, { entry, sourcemap }] of Object.entries(PROGRAMS)) {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `build/${name}/${name}.mjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Some packages are CommonJS and require what Node has.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    sourcemap,
    sourcesContent: false,
    legalComments: 'inline',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(`build/${name}/meta.json`, JSON.stringify(metafile));
}
