import type { FieldSection } from './fields.ts';
import { equalsWord } from './tokens.ts';

/** The values of all fields of a name, in their order. `name`: lower case. */
export function fieldsNamed(fields: FieldSection, bytes: Buffer, name: Buffer): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < fields.count; index += 1) {
    if (equalsWord(bytes, fields.lineStarts[index] ?? 0, fields.nameEnds[index] ?? 0, name)) {
      values.push(fields.value(bytes, index));
    }
  }
  return values;
}
