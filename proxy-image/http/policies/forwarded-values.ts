/** One element of Forwarded (RFC 7239 section 4) with what stands around it. */
const ELEMENT = /^[ \t]*((?:[^",]|"(?:[^"\\]|\\.)*")*)(,|$)/;

/** One parameter of an element, or none, up to the next one. */
const PAIR = /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[^;"\s]*))?[ \t]*(?:;|$)/y;

/** What each element of Forwarded has under a name, null for one that has nothing there; null for a list that can't be read. */
export function forwardedValues(list: string, name: 'for' | 'proto'): readonly (string | null)[] | null {
  const values: (string | null)[] = [];
  for (let rest = list; ;) {
    const [whole = '', element, end] = ELEMENT.exec(rest) ?? [];
    const found = element === undefined ? null : valuesIn(element, name);
    if (element === undefined || found === null || found.length > 1) {
      return null;
    }
    if (element.trim() !== '') {
      values.push(found[0] ?? null);
    }
    if (end === '') {
      return values;
    }
    rest = rest.slice(whole.length);
  }
}

/** Null where it is no list of parameters. What stands in quotes is never taken for one. */
function valuesIn(element: string, name: string): readonly string[] | null {
  const values: string[] = [];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < element.length) {
    const [whole, parameter, value = ''] = PAIR.exec(element) ?? [];
    if (whole === undefined) {
      return null;
    }
    if (parameter?.toLowerCase() === name) {
      values.push(unquoted(value));
    }
  }
  return values;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
