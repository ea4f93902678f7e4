import { describe, expect, it } from '@jest/globals';
import { resourceSchema } from './crd.ts';
import { renderReference } from './reference.ts';
import { defaulted, integer, listOf, object, required, setOf, string } from './schema/builder.ts';
import { cidr, duration } from './spec/scalars.ts';

const entry = object(
  {
    name: required(string(), 'A name, with a | in it.'),
    wait: defaulted(duration(), '5s', 'How long.'),
    ranges: defaulted(setOf(cidr(), { maxItems: 3 }), [], 'From where.'),
  },
  [{ rule: 'true', message: 'name: must differ' }],
);
const spec = object({
  port: required(integer(1, 9), 'Where.'),
  entries: defaulted(listOf(entry, { maxItems: 2 }), [], 'Entries.'),
});

describe('renderReference', () => {
  it.each([
    ['bounds and a required field', '| **`port`** | integer, 1 to 9 |  | Where. |'],
    [
      'a list with a link to its entries',
      '| `entries` | list of [object](#specentries) (0 to 2) | `[]` | Entries. |',
    ],
    ['a section for the entries, under the description of the list', '## spec.entries[]\n\nEntries.'],
    ['a format and a default', '| `wait` | *duration* | `5s` | How long. |'],
    [
      'a format',
      '| *duration* | a duration such as `30s`, `1h30m` or `250ms` | 32 | `^([0-9]+(h\\|m\\|s\\|ms))+$` |',
    ],
    ['a bar that does not end a cell', '| **`name`** | string |  | A name, with a \\| in it. |'],
    [
      'what each entry must be',
      'From where. Each must be an address range in CIDR notation, such as 192.0.2.0/24. |',
    ],
    ['what is refused', 'Refused, with this message:\n\n- name: must differ'],
  ])('shows %s', (_, wanted) => {
    const reference = renderReference({ properties: { spec: spec.json } });

    expect(reference).toContain(wanted);
  });

  it('has no link to a section that is not there', () => {
    const reference = renderReference(resourceSchema());
    const anchors = [...reference.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(/[^a-z0-9]/g, ''),
    );

    const links = [...reference.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);

    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !anchors.includes(link ?? ''))).toEqual([]);
  });
});
