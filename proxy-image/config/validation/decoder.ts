import type { ConfigError } from '../status.ts';

/** A place in the document, and the list that errors found there go to. */
export interface Place {
  readonly path: string;
  readonly errors: ConfigError[];
}

/**
 * What is known of a T while it is being checked: anything in it may be missing, as the errors say. Once a document has been decoded
 * without errors, its draft is a T.
 */
export type Draft<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer I)[]
    ? readonly (Draft<I> | undefined)[]
    : { readonly [K in keyof T]?: Draft<NonNullable<T[K]>> | undefined };

/** Checks one value; what is wrong goes to the place's errors, and all of it. */
export interface Decoder<T> {
  /** Completes "give ...". */
  readonly expects: string;
  readonly optional: boolean;
  decode(value: unknown, place: Place): Draft<T> | undefined;
}

export function field(place: Place, name: string): Place {
  return { path: place.path === '' ? name : `${place.path}.${name}`, errors: place.errors };
}

export function item(place: Place, index: number): Place {
  return { path: `${place.path}[${index}]`, errors: place.errors };
}

export function report(place: Place, message: string): undefined {
  place.errors.push({ path: place.path, message });
}

export function optional<T>(decoder: Decoder<T>): Decoder<T> {
  return { ...decoder, optional: true };
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Decoder<T> {
  const expects =
    values.length === 1
      ? JSON.stringify(values[0])
      : `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return scalar(expects, (value) => values.includes(value as T));
}

export function flag(): Decoder<boolean> {
  return scalar('true or false', (value) => typeof value === 'boolean');
}

export function integer(min: number, max: number, unit = ''): Decoder<number> {
  return scalar(
    `a whole number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  );
}

/** A string that `test` admits. */
export function text(expects: string, test: (value: string) => boolean): Decoder<string> {
  return scalar(expects, (value) => typeof value === 'string' && test(value));
}

function scalar<T extends string | number | boolean>(
  expects: string,
  test: (value: unknown) => boolean,
): Decoder<T> {
  return {
    expects,
    optional: false,
    decode: (value, place) =>
      test(value) ? (value as Draft<T>) : report(place, `is ${describe(value)}: give ${expects}`),
  };
}

export function list<T>(element: Decoder<T>, minItems = 0): Decoder<readonly T[]> {
  const expects = minItems > 0 ? `a list with at least ${minItems} item` : 'a list';
  return {
    expects,
    optional: false,
    decode(value, place) {
      if (!Array.isArray(value)) {
        return report(place, `is ${describe(value)}: give ${expects}`);
      }
      if (value.length < minItems) {
        report(place, `is empty: give ${expects}`);
      }
      return value.map((entry, index) => element.decode(entry, item(place, index)));
    },
  };
}

export type Fields<T> = { readonly [K in keyof Required<T>]: Decoder<NonNullable<T[K]>> };

export function record<T extends object>(fields: Fields<T>): Decoder<T> {
  const decoders = new Map(Object.entries<Decoder<unknown>>(fields));
  return {
    expects: 'an object',
    optional: false,
    decode(value, place) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return report(place, `is ${describe(value)}: give an object`);
      }
      const given = new Map(Object.entries(value));
      for (const name of given.keys()) {
        if (!decoders.has(name)) {
          report(
            field(place, name),
            `is not known here: remove it, or use one of ${[...decoders.keys()].join(', ')}`,
          );
        }
      }
      return decodeFields(decoders, given, place) as Draft<T>;
    },
  };
}

function decodeFields(
  decoders: ReadonlyMap<string, Decoder<unknown>>,
  given: ReadonlyMap<string, unknown>,
  place: Place,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, decoder] of decoders) {
    const value = given.get(name);
    if (value !== undefined) {
      result[name] = decoder.decode(value, field(place, name));
    } else if (!decoder.optional) {
      report(field(place, name), `is missing: give ${decoder.expects}`);
    }
  }
  return result;
}

/** Longer values are cut in messages. Characters. */
const MAX_SHOWN = 60;

function describe(value: unknown): string {
  if (Array.isArray(value)) {
    return 'a list';
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  const shown = JSON.stringify(value);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}...` : shown;
}
