import { describe, expect, it } from '@jest/globals';
import {
  defaulted,
  defaultedObject,
  integer,
  listByKey,
  object,
  optional,
  required,
  string,
  stringMap,
} from './builder.ts';
import { applyDefaults } from './defaults.ts';

const limits = object({ connections: defaulted(integer(1, 9), 5, 'How many.') });
const entry = object({
  name: required(string(), 'Name.'),
  limits: defaultedObject(limits, 'Limits.'),
  optional: optional(limits, 'Other limits.'),
  labels: optional(stringMap(9, 9), 'Labels.'),
});
const { json: schema } = object({
  entries: defaulted(listByKey('name', entry, { maxItems: 9 }), [], 'Entries.'),
});

describe('applyDefaults', () => {
  it.each<[string, unknown, unknown]>([
    ['a missing list', {}, { entries: [] }],
    [
      'what is inside of a missing object',
      { entries: [{ name: 'a' }] },
      { entries: [{ name: 'a', limits: { connections: 5 } }] },
    ],
    [
      'what is missing in an object that is given',
      { entries: [{ name: 'a', limits: { connections: 1 }, optional: {} }] },
      { entries: [{ name: 'a', limits: { connections: 1 }, optional: { connections: 5 } }] },
    ],
    [
      'what is null, and drops a null that has no default',
      { entries: [{ name: null, limits: null, optional: null, labels: { a: null, b: 'x' } }] },
      { entries: [{ limits: { connections: 5 }, labels: { b: 'x' } }] },
    ],
    ['nothing where it knows no field', { entries: [], others: null }, { entries: [], others: null }],
    ['nothing in a list entry that is null', { entries: [null] }, { entries: [null] }],
    ['nothing in a value of another type', { entries: 'a' }, { entries: 'a' }],
  ])('fills in %s', (_, value, wanted) => {
    const before = structuredClone(value);

    const filled = applyDefaults(schema, value);

    expect(filled).toStrictEqual(wanted);
    expect(value).toEqual(before);
  });

  it('gives each value a default of its own', () => {
    const first = applyDefaults(schema, {}) as { entries: unknown[] };
    const second = applyDefaults(schema, {}) as { entries: unknown[] };

    first.entries.push('a');

    expect(second.entries).toEqual([]);
  });
});
