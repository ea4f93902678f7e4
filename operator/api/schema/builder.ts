/**
 * A small builder for structural OpenAPI schemas (apiextensions.k8s.io/v1) whose TypeScript type is inferred: one declaration gives
 * the CRD, the defaults, the descriptions and the type, so they cannot drift apart.
 */

/** A CEL rule of the API server (`x-kubernetes-validations`); `self` is the value that the schema describes. */
export interface CelRule {
  readonly rule: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** The subset of JSON Schema that structural schemas allow and this project uses. */
export interface OpenApiSchema {
  /** Missing only with `x-kubernetes-int-or-string`. */
  readonly type?: 'string' | 'integer' | 'boolean' | 'object' | 'array';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: OpenApiSchema;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly anyOf?: readonly OpenApiSchema[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

/** How a property stands in its object: always there, filled in by a default, or possibly missing. */
type Presence = 'required' | 'defaulted' | 'optional';

/** A schema that knows the type of the values it admits; `value` exists only for the compiler. */
export interface Schema<T> {
  readonly json: OpenApiSchema;
  readonly value?: T;
}

/** A property of an object. */
export interface Property<T, P extends Presence = Presence> extends Schema<T> {
  readonly presence: P;
}

/** The type of the values that a schema admits once defaults are filled in. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

type Properties = Readonly<Record<string, Property<unknown>>>;
type ValueOf<P> = P extends Property<infer T> ? T : never;
type AlwaysThere<P extends Properties> = {
  [K in keyof P as P[K]['presence'] extends 'optional' ? never : K]: ValueOf<P[K]>;
};
type MaybeThere<P extends Properties> = {
  [K in keyof P as P[K]['presence'] extends 'optional' ? K : never]?: ValueOf<P[K]>;
};
type ObjectOf<P extends Properties> = {
  readonly [K in keyof (AlwaysThere<P> & MaybeThere<P>)]: (AlwaysThere<P> & MaybeThere<P>)[K];
};

type StringLimits = Pick<OpenApiSchema, 'pattern' | 'format' | 'minLength' | 'maxLength'> & {
  rules?: readonly CelRule[];
};

/** A string; without a limit of its own it is bounded by 253 characters, as the cost estimate of CEL rules needs a bound. */
export function string({ rules, ...limits }: StringLimits = {}): Schema<string> {
  return { json: withRules({ type: 'string', maxLength: 253, ...limits }, rules) };
}

/** One of the given words. */
export function oneOf<const V extends readonly string[]>(...values: V): Schema<V[number]> {
  return { json: { type: 'string', enum: values } };
}

/** One of the given numbers. */
export function oneOfNumbers<const V extends readonly number[]>(...values: V): Schema<V[number]> {
  return { json: { type: 'integer', enum: values } };
}

/** A whole number within bounds. */
export function integer(minimum: number, maximum: number): Schema<number> {
  return { json: { type: 'integer', format: maximum > 2 ** 31 - 1 ? 'int64' : 'int32', minimum, maximum } };
}

/** True or false; only where a third answer is unthinkable. */
export function boolean(): Schema<boolean> {
  return { json: { type: 'boolean' } };
}

/** What a Kubernetes quantity looks like, where it is not negative. */
export const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

/** A Kubernetes quantity such as `100m` or `64Mi`. */
export function quantity(): Schema<string | number> {
  return {
    json: {
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
      pattern: QUANTITY_PATTERN,
    },
  };
}

/** An object with the given properties and no others. */
export function object<const P extends Properties>(
  properties: P,
  rules?: readonly CelRule[],
): Schema<ObjectOf<P>> {
  const names = Object.keys(properties);
  const required = names.filter((name) => properties[name]?.presence === 'required');
  const json: OpenApiSchema = {
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, property.json]),
    ),
  };
  return { json: withRules(json, rules) };
}

/** A map from free strings to strings, such as annotations. */
export function stringMap(
  maxProperties: number,
  maxValueLength: number,
): Schema<Readonly<Record<string, string>>> {
  return {
    json: {
      type: 'object',
      maxProperties,
      additionalProperties: { type: 'string', maxLength: maxValueLength },
    },
  };
}

/** A map from free strings to quantities, such as resource limits. */
export function quantityMap(): Schema<Readonly<Record<string, string | number>>> {
  return { json: { type: 'object', maxProperties: 16, additionalProperties: quantity().json } };
}

/** An object that is passed on as it is to Kubernetes, which validates it. */
export function passedOn<T extends object>(): Schema<T> {
  return { json: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
}

interface ListLimits {
  readonly minItems?: number;
  readonly maxItems: number;
  readonly rules?: readonly CelRule[];
}

/** A list of objects that are told apart by the given key, so that several managers can own entries of it. */
export function listByKey<T>(
  key: keyof T & string,
  items: Schema<T>,
  limits: ListLimits,
): Schema<readonly T[]> {
  const { rules, ...bounds } = limits;
  const json: OpenApiSchema = {
    type: 'array',
    ...bounds,
    items: items.json,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  };
  return { json: withRules(json, rules) };
}

/** A list without double entries. */
export function setOf<T extends string | number>(items: Schema<T>, limits: ListLimits): Schema<readonly T[]> {
  const { rules, ...bounds } = limits;
  return {
    json: withRules({ type: 'array', ...bounds, items: items.json, 'x-kubernetes-list-type': 'set' }, rules),
  };
}

/** A list that is replaced as a whole. */
export function listOf<T>(items: Schema<T>, limits: ListLimits): Schema<readonly T[]> {
  const { rules, ...bounds } = limits;
  return {
    json: withRules(
      { type: 'array', ...bounds, items: items.json, 'x-kubernetes-list-type': 'atomic' },
      rules,
    ),
  };
}

/** A property that must be given. */
export function required<T>(schema: Schema<T>, description: string): Property<T, 'required'> {
  return { presence: 'required', json: { ...schema.json, description } };
}

/** A property that may be left out and then has the given value. */
export function defaulted<T>(schema: Schema<T>, value: T, description: string): Property<T, 'defaulted'> {
  return { presence: 'defaulted', json: { ...schema.json, default: value, description } };
}

/** An object that may be left out and is then made of the defaults of its own properties. */
export function defaultedObject<T extends object>(
  schema: Schema<T>,
  description: string,
): Property<T, 'defaulted'> {
  return { presence: 'defaulted', json: { ...schema.json, default: {}, description } };
}

/** A property that may be left out. */
export function optional<T>(schema: Schema<T>, description: string): Property<T, 'optional'> {
  return { presence: 'optional', json: { ...schema.json, description } };
}

function withRules(json: OpenApiSchema, rules: readonly CelRule[] | undefined): OpenApiSchema {
  return rules === undefined || rules.length === 0 ? json : { ...json, 'x-kubernetes-validations': rules };
}
