/** Bundles each program into one file below build/: `node build.ts`. */
import { build } from 'esbuild';

/** Where a program begins, by the name of its bundle. */
const PROGRAMS = {
  operator: 'operator/main.ts',
  proxy: 'proxy-image/main.ts',
} as const;

for (const [name, entry] of Object.entries(PROGRAMS)) {
  await build({
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
  });
}
