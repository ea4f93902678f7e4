import { propertySchema } from '../schema/defaults.ts';
import type { OpenApiSchema } from '../schema/builder.ts';
import { fieldPath, show } from './errors.ts';
import type { AdmissionError } from './errors.ts';
import { scalarFault } from './scalar.ts';
import { suggest } from './suggest.ts';

interface TypeCheck {
  /** Completes "must be ...". */
  readonly words: string;
  readonly admits: (value: unknown) => boolean;
}

const TYPE_CHECKS: Readonly<Record<NonNullable<OpenApiSchema['type']>, TypeCheck>> = {
  object: { words: 'an object', admits: isObject },
  array: { words: 'a list', admits: Array.isArray },
  string: { words: 'a string', admits: isString },
  integer: { words: 'a whole number', admits: Number.isInteger },
  boolean: { words: 'true or false', admits: (value) => typeof value === 'boolean' },
};

const INTEGER_OR_STRING: TypeCheck = {
  words: 'a whole number or a string',
  admits: (value) => isString(value) || Number.isInteger(value),
};

/**
 * Checks a value against a structural schema, as the API server does at admission with strict field validation: types, bounds,
 * required and unknown fields, double entries. Defaults must have been filled in before.
 *
 * @param path field that the value stands in; it begins the path of every error
 */
export function validateStructure(
  schema: OpenApiSchema,
  value: unknown,
  path: string,
): readonly AdmissionError[] {
  const { words, admits } = schema.type === undefined ? INTEGER_OR_STRING : TYPE_CHECKS[schema.type];
  if (!admits(value))
    return [{ path, message: `must be ${words}, not ${show(value)}${quotingHint(schema, value)}` }];
  if (Array.isArray(value)) return validateList(schema, value, path);
  if (isObject(value)) return validateObject(schema, value, path);
  if (isString(value) || typeof value === 'number') return validateScalar(schema, value, path);
  return [];
}

function validateObject(
  schema: OpenApiSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly AdmissionError[] {
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => missingField(schema, name, path));
  const inner = Object.entries(value).flatMap(([name, field]) =>
    validateField(schema, { name, field, path }),
  );
  return [...sizeFault(schema.maxProperties, Object.keys(value).length, path), ...missing, ...inner];
}

interface Field {
  readonly name: string;
  readonly field: unknown;
  /** Path of the object that the field is in. */
  readonly path: string;
}

function validateField(schema: OpenApiSchema, { name, field, path }: Field): readonly AdmissionError[] {
  const property = propertySchema(schema, name);
  if (property !== undefined) return validateStructure(property, field, fieldPath(path, name));
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? [] : [unknownField(schema, name, path)];
}

function missingField(schema: OpenApiSchema, name: string, path: string): AdmissionError {
  const { enum: words, description } = schema.properties?.[name] ?? {};
  const choice = words === undefined ? '' : ` (${words.join(', ')})`;
  const meaning = description === undefined ? '' : `: ${description}`;
  return { path: fieldPath(path, name), message: `must be given${choice}${meaning}` };
}

function unknownField(schema: OpenApiSchema, name: string, path: string): AdmissionError {
  const known = Object.keys(schema.properties ?? {});
  const meant = suggest(name, known);
  return {
    path: fieldPath(path, name),
    message:
      meant === undefined
        ? `unknown field; there are ${known.join(', ')}`
        : `unknown field; did you mean ${meant}?`,
  };
}

function validateList(
  schema: OpenApiSchema,
  value: readonly unknown[],
  path: string,
): readonly AdmissionError[] {
  const { items, minItems = 0, maxItems } = schema;
  const short: readonly AdmissionError[] =
    value.length < minItems
      ? [{ path, message: `must have at least ${minItems} entries, not ${value.length}` }]
      : [];
  const inner =
    items === undefined
      ? []
      : value.flatMap((item, index) => validateStructure(items, item, `${path}[${index}]`));
  return [
    ...short,
    ...sizeFault(maxItems, value.length, path),
    ...inner,
    ...doubleEntries(schema, value, path),
  ];
}

/** Entries of a set, or keys of a list with keys, that stood before already. */
function doubleEntries(
  schema: OpenApiSchema,
  value: readonly unknown[],
  path: string,
): readonly AdmissionError[] {
  const identify = identityOf(schema);
  if (identify === undefined) return [];
  const firstIndex = new Map<string, number>();
  const errors: AdmissionError[] = [];
  for (const [index, item] of value.entries()) {
    const { key, words } = identify(item);
    const first = firstIndex.get(key);
    if (first === undefined) firstIndex.set(key, index);
    else
      errors.push({
        path: `${path}[${index}]`,
        message: `${words} is there already, as entry ${first}; give each once`,
      });
  }
  return errors;
}

interface EntryIdentity {
  readonly key: string;
  /** The same for a message. */
  readonly words: string;
}

/** How the entries of a list are told apart; undefined where they need not differ. */
function identityOf(schema: OpenApiSchema): ((item: unknown) => EntryIdentity) | undefined {
  if (schema['x-kubernetes-list-type'] === 'set')
    return (item) => ({ key: JSON.stringify(item), words: show(item) });
  const names = schema['x-kubernetes-list-map-keys'];
  if (names === undefined) return undefined;
  return (item) => {
    const values = names.map((name) => (isObject(item) ? item[name] : undefined));
    const words = names.map((name, index) => `${name} ${show(values[index])}`).join(', ');
    return { key: JSON.stringify(values), words };
  };
}

function validateScalar(
  schema: OpenApiSchema,
  value: string | number,
  path: string,
): readonly AdmissionError[] {
  const message = scalarFault(schema, value);
  return message === undefined ? [] : [{ path, message }];
}

function sizeFault(limit: number | undefined, size: number, path: string): readonly AdmissionError[] {
  return limit === undefined || size <= limit
    ? []
    : [{ path, message: `must have at most ${limit} entries, not ${size}` }];
}

/** In YAML, quotes make the difference between 443 and "443". */
function quotingHint({ type }: OpenApiSchema, value: unknown): string {
  if (type === 'integer' && isString(value) && /^[0-9]+$/.test(value)) return '; remove the quotes';
  if (type === 'string' && ['number', 'boolean'].includes(typeof value)) return '; put it in quotes';
  return '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
