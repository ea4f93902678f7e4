import type { OpenApiSchema } from './builder.ts';

/**
 * Fills in the defaults of a structural schema as the API server does: a missing property takes its `default`, and defaults apply
 * inside of what was given and of what was filled in. Returns a new value; what does not fit the schema is returned as it is.
 */
export function applyDefaults(schema: OpenApiSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item) => applyDefaults(items, item));
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties)) {
    if (filled[name] === undefined && property.default !== undefined)
      filled[name] = structuredClone(property.default);
    if (filled[name] !== undefined) filled[name] = applyDefaults(property, filled[name]);
  }
  return filled;
}
