/** Sequences of specifications, each made of the one before by one change. */
import * as fc from 'fast-check';
import { admit } from '../../../../operator/api/admission/admit.ts';
import type { OpenApiSchema } from '../../../../operator/api/schema/builder.ts';
import { specSchema } from '../../../../operator/api/spec/spec.ts';
import { FIRST } from '../scenario.ts';
import { arbitraryOf } from './spec-arbitrary.ts';

type Spec = Readonly<Record<string, unknown>>;

export interface SpecStep {
  readonly spec: Spec;
  /** Whether the API server takes it. */
  readonly isAdmitted: boolean;
}

/** Sets a field, takes it out (`undefined`), or with `at` puts an element into a list, takes it out or changes it. */
interface Change {
  readonly field: string;
  readonly below?: string;
  readonly value: unknown;
  readonly at: number;
}

const CANDIDATES = 10;
const MOST_STEPS = 5;

/** What every sequence begins with. */
export const BASE: Spec = FIRST;

/** Sequences of up to five changes; for each step the first of several changes that leads to what is wanted, something valid or something invalid. */
export const sequences: fc.Arbitrary<readonly SpecStep[]> = fc
  .array(
    fc.record({
      changes: fc.array(changes(), { minLength: CANDIDATES, maxLength: CANDIDATES }),
      isAdmitted: fc.oneof(
        { weight: 5, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    }),
    { minLength: 2, maxLength: MOST_STEPS },
  )
  .map((steps) => {
    let spec = BASE;
    const made: SpecStep[] = [];
    for (const { changes: candidates, isAdmitted } of steps) {
      const before = admitted(spec);
      const next = candidates
        .map((change) => apply(spec, change))
        .find((one) => {
          const after = admitted(one);
          return isAdmitted ? after !== undefined && after !== before : after === undefined;
        });
      if (next === undefined) continue;
      made.push({ spec: next, isAdmitted });
      if (isAdmitted) spec = next;
    }
    return made;
  });

/** Fields of the specification and of the objects in it, each with values of its schema. */
function changes(): fc.Arbitrary<Change> {
  const fields = Object.entries(specSchema.json.properties ?? {}).flatMap(([field, schema]) => {
    const whole = { field, schema: schema.items ?? schema, below: undefined as string | undefined };
    const parts = Object.entries((schema.items ?? schema).properties ?? {}).map(([below, part]) => ({
      field,
      schema: part,
      below,
    }));
    return [whole, ...parts];
  });
  return fc.constantFrom(...fields).chain(({ field, schema, below }) =>
    fc.record({
      field: fc.constant(field),
      below: fc.constant(below),
      value: valueOf(schema, below === undefined ? field : `${field}.${below}`),
      at: fc.nat({ max: 3 }),
    }),
  ) as fc.Arbitrary<Change>;
}

function valueOf(schema: OpenApiSchema, path: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: arbitraryOf(schema, path) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function apply(spec: Spec, { field, below, value, at }: Change): Spec {
  const isList = specSchema.json.properties?.[field]?.type === 'array';
  const before = spec[field];
  const after = isList
    ? changeList((before as readonly Spec[] | undefined) ?? [], { below, value, at })
    : changeObject(before, below, value);
  return JSON.parse(JSON.stringify({ ...spec, [field]: after })) as Spec;
}

function changeObject(before: unknown, below: string | undefined, value: unknown): unknown {
  return below === undefined ? value : { ...(before as object | undefined), [below]: value };
}

function changeList(
  before: readonly Spec[],
  { below, value, at }: { readonly below: string | undefined; readonly value: unknown; readonly at: number },
): unknown {
  const index = before.length === 0 ? 0 : at % (before.length + 1);
  const chosen = before[index];
  if (below !== undefined)
    return chosen === undefined ? before : before.with(index, { ...chosen, [below]: value });
  if (value === undefined) return before.toSpliced(index, 1);
  const { name } = value as { readonly name?: string };
  return [...before.filter((element) => element['name'] !== name), value];
}

/** The specification with its defaults, as text; undefined if it is not valid. */
function admitted(spec: Spec): string | undefined {
  const metadata = { namespace: 'a', name: 'twc' };
  const admission = admit({ apiVersion: 'teamworkproxy.io/v1alpha1', kind: 'TeamworkProxy', metadata, spec });
  return admission.ok ? JSON.stringify(admission.resource.spec) : undefined;
}
