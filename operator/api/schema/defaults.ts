import type { OpenApiSchema } from './builder.ts';

/**
 * Fills in the defaults of a structural schema as the API server does: a missing property takes its `default`, and defaults apply
 * inside of what was given and of what was filled in. A null counts as missing, as no field of this project admits it. Returns a
 * deep copy, of what does not fit the schema as well.
 */
export function applyDefaults(schema: OpenApiSchema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => applyDefaults(schema.items ?? {}, item));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {} } = schema;
  const given = Object.entries(value).filter(
    ([name, inner]) => !isMissing(inner) || propertySchema(schema, name) === undefined,
  );
  const names = new Set(given.map(([name]) => name));
  const filledIn = Object.entries(properties)
    .filter(([name, property]) => !names.has(name) && property.default !== undefined)
    .map(([name, property]) => [name, property.default] as const);
  // Made from entries, as an assignment to a field named __proto__ would not make a field.
  return Object.fromEntries(
    [...given, ...filledIn].map(([name, inner]) => [
      name,
      applyDefaults(propertySchema(schema, name) ?? {}, inner),
    ]),
  );
}

/** The schema of a property; undefined where an object must not have it, or where nothing is known of it. */
export function propertySchema(schema: OpenApiSchema, name: string): OpenApiSchema | undefined {
  const { properties = {}, additionalProperties } = schema;
  return Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
