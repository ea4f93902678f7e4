import { describe, expect, it } from '@jest/globals';
import { integer, listOf, object, optional, stringMap } from '../schema/builder.ts';
import { evaluateRules } from './rules.ts';

const positive = { rule: 'self.total + 1 > 1', message: 'total: must be positive' };
const entry = object({ total: optional(integer(-10, 10), 'A number.') }, [positive]);

describe('evaluateRules', () => {
  it('names the place of every value that breaks a rule', () => {
    const schema = object({
      first: optional(entry, 'One.'),
      list: optional(listOf(entry, { maxItems: 9 }), 'Some.'),
    });
    const value = { first: { total: 0 }, list: [{ total: 1 }, { total: -1 }] };

    const errors = evaluateRules(schema.json, value, 'spec');

    expect(errors).toEqual([
      { path: 'spec.first', message: positive.message },
      { path: 'spec.list[1]', message: positive.message },
    ]);
  });

  it('looks into the values of a map', () => {
    const rule = { rule: "self != 'x'", message: 'must not be x' };
    const { additionalProperties = {}, ...map } = stringMap(9, 9).json;
    const schema = {
      ...map,
      additionalProperties: { ...additionalProperties, 'x-kubernetes-validations': [rule] },
    };

    const errors = evaluateRules(schema, { a: 'x', b: 'y' }, 'spec.annotations');

    expect(errors).toEqual([{ path: 'spec.annotations.a', message: 'must not be x' }]);
  });

  it('refuses where a rule cannot be evaluated, and says why', () => {
    const errors = evaluateRules(entry.json, {}, 'spec');

    expect(errors).toEqual([
      {
        path: 'spec',
        message: 'total: must be positive (the rule could not be evaluated: No such key: total)',
      },
    ]);
  });
});
