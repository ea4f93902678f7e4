import type { OpenApiSchema } from '../schema/builder.ts';
import { describePattern } from '../spec/patterns.ts';
import { show } from './errors.ts';
import { suggest } from './suggest.ts';

/** What is wrong with a string or a whole number of the right type; undefined if nothing is. */
export function scalarFault(schema: OpenApiSchema, value: string | number): string | undefined {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return unsupported(schema.enum, value);
  return typeof value === 'string' ? stringFault(schema, value) : boundsFault(schema, value);
}

function unsupported(supported: readonly (string | number)[], value: string | number): string {
  const meant = suggest(String(value), supported.map(String));
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `unsupported value ${show(value)}: supported are ${supported.join(', ')}${hint}`;
}

function stringFault(schema: OpenApiSchema, value: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  // Counted as the API server does, in code points. Before the pattern, so that this has a short string to look at.
  const { length } = Array.from(value);
  if (length < minLength)
    return minLength === 1
      ? 'must not be empty'
      : `${show(value)} is too short: at least ${minLength} characters`;
  if (length > maxLength) return `${show(value)} is too long: at most ${maxLength} characters`;
  if (pattern === undefined || new RegExp(pattern, 'u').test(value)) return undefined;
  return `must be ${describePattern(pattern).words}, not ${show(value)}`;
}

function boundsFault(
  { minimum = -Infinity, maximum = Infinity }: OpenApiSchema,
  value: number,
): string | undefined {
  return value >= minimum && value <= maximum
    ? undefined
    : `must be from ${minimum} to ${maximum}, not ${value}`;
}
