import type { FieldSection } from '../http1/fields.ts';
import { equalsWord } from '../http1/tokens.ts';

/** The value of a field, those of several lines joined as RFC 9110 section 5.3 has it; null where there is none. `name`: lower case. */
export function joinedValue(fields: FieldSection, bytes: Buffer, name: Buffer): string | null {
  let joined: string | null = null;
  for (let index = 0; index < fields.count; index += 1) {
    if (equalsWord(bytes, fields.lineStarts[index] ?? 0, fields.nameEnds[index] ?? 0, name)) {
      const value = fields.value(bytes, index);
      joined = joined === null ? value : `${joined}, ${value}`;
    }
  }
  return joined;
}
