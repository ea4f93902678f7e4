/** Bundles each program into one file below build/, beside a list of what is in it: `node build.ts`. */
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** Where a program begins, by the name of its bundle. */
const PROGRAMS = {
  operator: 'operator/main.ts',
  proxy: 'proxy-image/main.ts',
} as const;

for (const [name, entry] of Object.entries(PROGRAMS)) {
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
    sourcemap: 'inline',
    sourcesContent: false,
    legalComments: 'inline',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(`build/${name}/meta.json`, JSON.stringify(metafile));
}
