/**
 * Writes the table of values into the chart's README. `node test/chart/values-table.ts`; a test fails where it has become stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

/** The part of JSON Schema that values.schema.json uses for what the table shows. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

type Values = Readonly<Record<string, unknown>>;

/** Folder of the chart. */
export const chartFolder = fileURLToPath(new URL('../../charts/teamwork-proxy-operator', import.meta.url));

const BLOCK = /(<!-- values:[^\n]*-->\n)[^]*(<!-- \/values -->)/;

/** The text of a README with its table of values replaced by one that is made from values and schema. */
export function withValuesTable(readme: string, values: Values, schema: Schema): string {
  const rows = rowsOf('', values, schema).map((row) => `| ${row.join(' | ')} |`);
  const table = ['| Value | Default | What it is |', '|---|---|---|', ...rows].join('\n');
  return readme.replace(BLOCK, (_, start: string, end: string) => `${start}${table}\n${end}`);
}

/** The chart's README, values and schema, as they are on disk. */
export function readChart(): { readonly readme: string; readonly values: Values; readonly schema: Schema } {
  const read = (name: string) => readFileSync(join(chartFolder, name), 'utf8');
  return {
    readme: read('README.md'),
    values: load(read('values.yaml')) as Values,
    schema: JSON.parse(read('values.schema.json')) as Schema,
  };
}

function rowsOf(prefix: string, values: Values, schema: Schema): string[][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const property = schema.properties?.[name];
    if (property?.properties !== undefined) return rowsOf(`${path}.`, value as Values, property);
    if (property?.description === undefined)
      throw new Error(`values.schema.json has no description of ${path}`);
    return [[`\`${path}\``, `\`${JSON.stringify(value)}\``, property.description.replaceAll('|', '\\|')]];
  });
}

if (import.meta.main) {
  const { readme, values, schema } = readChart();
  writeFileSync(join(chartFolder, 'README.md'), withValuesTable(readme, values, schema));
}
