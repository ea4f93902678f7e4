import { API_VERSION, KIND } from './resource.ts';
import type { OpenApiSchema } from './schema/builder.ts';
import { describePattern } from './spec/patterns.ts';

/** An object of the resource with its place, such as `spec.frontends[]`. */
interface Section {
  readonly path: string;
  readonly description: string;
  readonly schema: OpenApiSchema;
}

/** The reference of the resource's fields as Markdown, made from its schema. */
export function renderReference({ description = '', properties = {} }: OpenApiSchema): string {
  const { metadata = {}, spec = {}, status = {} } = properties;
  const parts = [
    `# ${KIND}`,
    '<!-- Generated from operator/api by `make generate`; edit it there. -->',
    description,
    `\`apiVersion: ${API_VERSION}\`, \`kind: ${KIND}\`. \`metadata.name\` is a *resource name*. **Bold** fields must be given. What is written in *italics* is explained under [formats](#formats).`,
    ...sections('spec', spec).map(renderSection),
    ...sections('status', status).map(renderSection),
    renderFormats([metadata, spec].flatMap(stringsIn)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** An object and all objects inside of it, outermost first. */
function sections(path: string, { description = '', items, ...schema }: OpenApiSchema): readonly Section[] {
  if (items !== undefined) return sections(`${path}[]`, { ...items, description });
  if (schema.properties === undefined) return [];
  const inner = Object.entries(schema.properties).flatMap(([name, property]) =>
    sections(`${path}.${name}`, property),
  );
  return [{ path, description, schema }, ...inner];
}

function renderSection({ path, description, schema }: Section): string {
  const { properties = {}, required = [], 'x-kubernetes-validations': rules = [] } = schema;
  const rows = Object.entries(properties).map(([name, property]) =>
    row([
      required.includes(name) ? `**\`${name}\`**` : `\`${name}\``,
      typeOf(property, `${path}.${name}`),
      defaultOf(property),
      meaningOf(property),
    ]),
  );
  const refused = rules.map(({ message }) => `- ${message}`);
  return [
    `## ${path}`,
    description,
    [row(['Field', 'Type', 'Default', 'Meaning']), row(['---', '---', '---', '---']), ...rows].join('\n'),
    ...(refused.length === 0 ? [] : ['Refused, with this message:', refused.join('\n')]),
  ].join('\n\n');
}

function renderFormats(strings: readonly OpenApiSchema[]): string {
  const longest = new Map(strings.map(({ pattern = '', maxLength }) => [pattern, maxLength]));
  const rows = [...longest].map(([pattern, maxLength]) => {
    const { name, words } = describePattern(pattern);
    return row([`*${name}*`, words, maxLength === undefined ? '' : String(maxLength), `\`${pattern}\``]);
  });
  return [
    '## Formats',
    [
      row(['Format', 'What it is', 'Characters at most', 'Regular expression']),
      row(['---', '---', '---', '---']),
      ...rows,
    ].join('\n'),
  ].join('\n\n');
}

/** Every schema inside of the given one that has a pattern. */
function stringsIn(schema: OpenApiSchema): readonly OpenApiSchema[] {
  const { properties = {}, items, additionalProperties } = schema;
  const inner = [...Object.values(properties), items, additionalProperties].filter(
    (part) => part !== undefined,
  );
  return [...(schema.pattern === undefined ? [] : [schema]), ...inner.flatMap(stringsIn)];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeOf(schema: OpenApiSchema, path: string): string {
  const { items, enum: choice, properties, additionalProperties, minimum, maximum, pattern } = schema;
  if (items !== undefined) return `list of ${typeOf(items, `${path}[]`)}${listSize(schema)}`;
  if (choice !== undefined) return choice.map((word) => `\`${word}\``).join(', ');
  if (properties !== undefined) return `[object](#${anchor(path)})`;
  if (additionalProperties !== undefined) return `map of ${typeOf(additionalProperties, path)}`;
  if (pattern !== undefined) return `*${describePattern(pattern).name}*`;
  return minimum === undefined ? (schema.type ?? '') : `integer, ${minimum} to ${maximum}`;
}

function listSize({ minItems = 0, maxItems }: OpenApiSchema): string {
  return ` (${minItems} to ${maxItems})`;
}

/** The description, and what a rule says that stands at a string alone. */
function meaningOf({ description = '', items, ...schema }: OpenApiSchema): string {
  const { type, 'x-kubernetes-validations': rules = [] } = items ?? schema;
  if (type !== 'string') return description;
  const subject = items === undefined ? 'It' : 'Each';
  return [description, ...rules.map(({ message }) => `${subject} ${message}.`)].join(' ');
}

/** The anchor that GitHub gives to the heading of a section. */
function anchor(path: string): string {
  return path.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function defaultOf({ default: value, properties }: OpenApiSchema): string {
  // The default of an object is what its own fields say.
  if (value === undefined || properties !== undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
