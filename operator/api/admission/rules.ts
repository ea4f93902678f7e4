import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { propertySchema } from '../schema/defaults.ts';
import type { CelRule, OpenApiSchema } from '../schema/builder.ts';
import { fieldPath } from './errors.ts';
import type { AdmissionError } from './errors.ts';
import { isAddressRange, isIpAddress } from './network.ts';

type CompiledRule = ReturnType<Environment['parse']>;

const environment = new Environment()
  .registerVariable('self', 'dyn')
  .registerFunction('isIP(string): bool', isIpAddress)
  .registerFunction('isCIDR(string): bool', isAddressRange);

const compiledRules = new Map<string, CompiledRule>();

/**
 * Evaluates the CEL rules (`x-kubernetes-validations`) of a schema and of everything inside it. The value must have the schema's
 * structure, with defaults filled in.
 *
 * @param path field that the value stands in; it begins the path of every error
 */
export function evaluateRules(
  schema: OpenApiSchema,
  value: unknown,
  path: string,
): readonly AdmissionError[] {
  return evaluate(schema, celValue(value), path);
}

function evaluate(schema: OpenApiSchema, value: unknown, path: string): readonly AdmissionError[] {
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => {
    const message = ruleFault(rule, value);
    return message === undefined ? [] : [{ path, message }];
  });
  return [...own, ...evaluateInside(schema, value, path)];
}

function evaluateInside(schema: OpenApiSchema, value: unknown, path: string): readonly AdmissionError[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => evaluate(schema.items ?? {}, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    evaluate(propertySchema(schema, name) ?? {}, field, fieldPath(path, name)),
  );
}

/** The message of a rule that does not hold; undefined where it holds. A rule that fails to be evaluated refuses, as in the API server. */
function ruleFault({ rule, message }: CelRule, self: unknown): string | undefined {
  try {
    return compile(rule)({ self }) === true ? undefined : message;
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return `${message} (the rule could not be evaluated: ${error.summary})`;
  }
}

function compile(rule: string): CompiledRule {
  const known = compiledRules.get(rule);
  if (known !== undefined) return known;
  const compiled = environment.parse(rule);
  compiledRules.set(rule, compiled);
  return compiled;
}

/** The value with its whole numbers as CEL's int, which the library takes from a bigint. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  // Not value.map, which keeps the constructor of a list from another realm: by that the library tells what is a list.
  if (Array.isArray(value)) return Array.from(value, celValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, celValue(field)]));
}
