import { describe, expect, it } from '@jest/globals';
import { invalidByRule } from '../../../test/support/admission/invalid-rules.ts';
import { invalidByStructure } from '../../../test/support/admission/invalid-structure.ts';
import { layer4, manifest } from '../../../test/support/admission/manifests.ts';
import { validCases } from '../../../test/support/admission/valid.ts';
import { API_VERSION, KIND } from '../resource.ts';
import type { OpenApiSchema } from '../schema/builder.ts';
import { specSchema } from '../spec/spec.ts';
import { admit } from './admit.ts';
import type { AdmissionError } from './errors.ts';

describe('admit', () => {
  it.each(validCases)('admits $desc', ({ document }) => {
    const admission = admit(document);

    expect(admission).toMatchObject({ ok: true });
  });

  it.each([...invalidByRule, ...invalidByStructure])('refuses $desc', ({ document, wantErrors }) => {
    const errors = errorsOf(document);

    expect(paths(errors)).toEqual(paths(wantErrors));
    for (const { path, says } of wantErrors) {
      expect(errors.find((error) => error.path === path)?.message).toContain(says);
    }
  });

  it('has a case that breaks each CEL rule', () => {
    const broken = new Set(invalidByRule.flatMap(({ wantErrors }) => wantErrors.map(({ says }) => says)));

    const unbroken = rulesIn(specSchema.json).filter((message) => !broken.has(message));

    expect(unbroken).toEqual([]);
  });

  it('has a valid case with each field of the specification', () => {
    const used = new Set(validCases.flatMap(({ document }) => fieldsOf(document, '')));

    const unused = fieldsIn(specSchema.json, 'spec').filter((field) => !used.has(field));

    expect(unused).toEqual([]);
  });

  it('fills in defaults, also inside of objects that are left out, and leaves the document as it is', () => {
    const document = manifest(layer4());
    const before = structuredClone(document);

    const admission = admit(document);

    expect(admission).toMatchObject({
      ok: true,
      resource: { spec: { workload: { replicas: 2 }, frontends: [{ port: 443, timeouts: { idle: '2h' } }] } },
    });
    expect(document).toEqual(before);
  });

  it('gives the resource the identity that the caller says, and drops status', () => {
    const document = {
      ...manifest(layer4(), { uid: 'theirs', generation: 7, labels: { team: 'a' } }),
      status: { addresses: '192.0.2.1' },
    };

    const admission = admit(document, { uid: 'ours', generation: 3 });

    expect(admission).toMatchObject({ ok: true });
    expect(admission.ok && admission.resource).toHaveProperty('metadata', {
      name: 'twc',
      namespace: 'default',
      labels: { team: 'a' },
      uid: 'ours',
      generation: 3,
    });
    expect(admission.ok && admission.resource).not.toHaveProperty('status');
  });

  it.each<[string, unknown, readonly AdmissionError[]]>([
    ['nothing', null, [{ path: '', message: 'must be an object, not null' }]],
    ['a list', [], [{ path: '', message: 'must be an object, not []' }]],
    [
      'another version',
      { apiVersion: 'teamworkproxy.io/v1', kind: KIND, spek: {} },
      [
        {
          path: 'apiVersion',
          message:
            'unsupported value "teamworkproxy.io/v1": supported are teamworkproxy.io/v1alpha1; did you mean teamworkproxy.io/v1alpha1?',
        },
      ],
    ],
    [
      'another kind',
      { apiVersion: API_VERSION, kind: 'Secret', data: {} },
      [{ path: 'kind', message: 'unsupported value "Secret": supported are TeamworkProxy' }],
    ],
  ])('says of %s only that it is no TeamworkProxy', (_, document, wanted) => {
    const errors = errorsOf(document);

    expect(errors).toEqual(wanted);
  });

  it('refuses a field named __proto__', () => {
    const document: unknown = JSON.parse(
      `{"apiVersion": "${API_VERSION}", "kind": "${KIND}", "metadata": {"name": "twc"}, "spec": {"__proto__": {"frontends": []}}}`,
    );

    const errors = errorsOf(document);

    expect(paths(errors)).toEqual(['spec.__proto__']);
  });
});

function errorsOf(document: unknown): readonly AdmissionError[] {
  const admission = admit(document);
  return admission.ok ? [] : admission.errors;
}

function paths(errors: readonly { readonly path: string }[]): readonly string[] {
  return errors.map(({ path }) => path).sort();
}

/** The messages of all rules of a schema. */
function rulesIn(schema: OpenApiSchema): readonly string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => message);
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  return [...own, ...inner.flatMap(rulesIn)];
}

/** The paths of all fields that a schema knows; list entries have no index. */
function fieldsIn(schema: OpenApiSchema, path: string): readonly string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    fieldsIn(field, `${path}.${name}`),
  );
  return [path, ...inner, ...(schema.items === undefined ? [] : fieldsIn(schema.items, path))];
}

/** The paths of all fields that a value has; list entries have no index. */
function fieldsOf(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, path));
  return [
    path,
    ...Object.entries(value).flatMap(([name, field]) =>
      fieldsOf(field, path === '' ? name : `${path}.${name}`),
    ),
  ];
}
