/** Random values for every field of the specification, from its schema: valid by structure, unless they are to be wrong. */
import * as fc from 'fast-check';
import type { OpenApiSchema } from '../../../../operator/api/schema/builder.ts';

/** Values that mean something, by the path of a field without positions; the first that fits counts. `undefined` leaves the field out. */
const POOLS: readonly (readonly [RegExp, readonly unknown[]])[] = [
  // No lifetime of seconds: the shortest is an hour.
  [/generate\.lifetime$/, ['2h', '2160h', '1h30m']],
  [/(^|\.)certificates\.name$|frontends\.certificates$|\.certificate$|\.trust$/, ['public', 'second']],
  [/^authorities\.name$/, ['company']],
  [/^frontends\.name$/, ['web', 'client', 'extra', 'aaa']],
  [/^backends\.name$|\.backend$/, ['webapp', 'rest', 'client', 'own']],
  [/(secretRef|passwordRef)\.name$/, ['keystore', 'keystore', 'keystore', 'absent']],
  [/passwordRef\.key$/, ['password', 'password', 'other']],
  [/keystore\.key$/, ['keystore.p12', 'keystore.p12', 'other']],
  [/\.alias$/, ['teamworkcloud', undefined]],
  [/service\.(name|namespace)$/, ['twc']],
  [/\.host$/, ['192.0.2.1', '192.0.2.2', 'twc-0.internal']],
  [/hostnames?(\.\w+)?$|serverName$/, ['twc.example.com', 'a.example.com', '*.example.com']],
  [/[aA]ddress$/, ['192.0.2.50', '192.0.2.51', '2001:db8::5']],
  [
    /sourceRanges$|trusted$|\.(from|cidrs?|addresses|ranges)$/,
    ['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'],
  ],
  [/[oO]rigins$/, ['https://a.example.com', 'https://*.example.com']],
  [/AllowedHosts$|allowedHosts$/, ['tm1.example.com', '*.example.com:8010']],
  [/paths?$|Paths$|redirects\.from$/, ['/', '/osmc', '/webapp', '/a/b']],
  [/redirects\.to$/, ['/webapp', 'https://a.example.com/x']],
  [/methods$/, ['GET', 'POST', 'PUT']],
  [/contentTypes$/, ['application/json', 'text/*']],
  [/headers\.\w+\.\w+(\.name)?$/, ['X-A', 'X-B']],
  [/\.class$/, ['example.com/one', 'example.com/two']],
  [/[rR]eplicas$/, [1, 2, 3]],
  [/workload\.image$/, ['localhost/other:1']],
  [/tolerations$/, [{ key: 'a', operator: 'Exists' }]],
  [/requests$|limits$/, [{ cpu: '100m', memory: '128Mi' }, { cpu: '0.2' }]],
  [/(annotations|labels|nodeSelector)$/, [{ 'example.com/a': 'b' }, { 'example.com/c': 'd', e: 'f' }]],
];

const PATTERN_POOLS: readonly (readonly [string, readonly string[]])[] = [
  ['h|m|s|ms', ['1s', '30s', '5m', '2h']],
  ['(Ki|Mi|Gi)', ['0', '64Ki', '1Mi']],
  ['fA-F', ['ab'.repeat(32)]],
];

/** Of optional fields one in so many is given. */
const RARITY = 2;

/** Of scalars one in so many is wrong. */
const WRONG = 60;

/**
 * @param path names of fields from the specification on, with dots between
 */
export function arbitraryOf(schema: OpenApiSchema, path: string): fc.Arbitrary<unknown> {
  const pool = POOLS.find(([pattern]) => pattern.test(path))?.[1];
  if (schema.type === 'array') return arrayOf(schema, path);
  if (pool !== undefined) return mostly(fc.constantFrom(...pool));
  if (schema.enum !== undefined) return mostly(fc.constantFrom(...schema.enum));
  switch (schema.type) {
    case 'object':
      return objectOf(schema, path);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return mostly(fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 65_535) }));
    default:
      return mostly(textOf(schema));
  }
}

function arrayOf(
  { items = {}, minItems = 0, maxItems = 3 }: OpenApiSchema,
  path: string,
): fc.Arbitrary<unknown> {
  const key = items.properties?.['name'] === undefined ? undefined : nameOf;
  return fc.uniqueArray(arbitraryOf(items, path), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, 2)),
    selector: (item) => key?.(item) ?? JSON.stringify(item),
  });
}

function nameOf(item: unknown): string | undefined {
  return (item as { readonly name?: string } | undefined)?.name;
}

function objectOf(schema: OpenApiSchema, path: string): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties).map(([name, property]) => {
    const below = arbitraryOf(property, path === '' ? name : `${path}.${name}`);
    return [name, required.includes(name) ? below : fc.option(below, { freq: 1, nil: undefined })] as const;
  });
  // An option is as often nothing as something; rarer, so that objects do not get too large.
  const rarely = fields.map(([name, field]) =>
    required.includes(name)
      ? ([name, field] as const)
      : ([
          name,
          fc.oneof(
            { weight: RARITY - 1, arbitrary: fc.constant(undefined) },
            { weight: 1, arbitrary: field },
          ),
        ] as const),
  );
  return fc.record(Object.fromEntries(rarely)).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
}

function textOf({ pattern, minLength = 0, maxLength = 20 }: OpenApiSchema): fc.Arbitrary<string> {
  const pool = PATTERN_POOLS.find(([part]) => pattern?.includes(part) === true)?.[1];
  if (pool !== undefined) return fc.constantFrom(...pool);
  if (pattern === undefined) return fc.constantFrom('a', 'example');
  return matching(pattern).filter(({ length }) => length >= minLength && length <= maxLength);
}

/** Made once each, as that takes long. */
const TEXTS = new Map<string, fc.Arbitrary<string>>();

function matching(pattern: string): fc.Arbitrary<string> {
  const known = TEXTS.get(pattern);
  if (known !== undefined) return known;
  const text = fc.stringMatching(new RegExp(pattern), { size: 'xsmall' });
  TEXTS.set(pattern, text);
  return text;
}

/** The value, but now and then one that no field takes. */
function mostly(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const wrong = fc.constantFrom<unknown>('', 'Nonsense!', -1, 70_000, true, ['x']);
  return fc.oneof({ weight: WRONG - 1, arbitrary: value }, { weight: 1, arbitrary: wrong });
}
