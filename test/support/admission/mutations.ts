/** A source of whole numbers from 0 up to, but without, the bound. */
export type Random = (bound: number) => number;

/** The same numbers for the same seed (Park and Miller's minimal standard generator). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

interface Place {
  readonly container: Record<string, unknown>;
  readonly key: string;
}

const STRANGE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  1,
  3579,
  -1,
  65_536,
  0.5,
  1e12,
  '',
  'x',
  'public',
  '443',
  '192.0.2.10',
  'TLS',
  'HTTP',
  'Layer4',
  'None',
  [],
  ['x'],
  [{}],
  {},
  { name: 'x' },
];

/** A copy of a value in which one thing is changed: a field removed, renamed, or given a strange value or that of another field. */
export function mutate(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  const places = placesIn(copy);
  const place = places[random(places.length)];
  const other = places[random(places.length)];
  if (place !== undefined && other !== undefined) change(place, other, random);
  return copy;
}

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Place['container'];
  return Object.keys(container).flatMap((key) => [{ container, key }, ...placesIn(container[key])]);
}

function change({ container, key }: Place, other: Place, random: Random): void {
  const value = structuredClone(container[key]);
  switch (random(8)) {
    case 0:
      container[`${key}s`] = value;
      delete container[key];
      return;
    case 1:
    case 2:
      // In a list this leaves a null, as JSON has nothing else for it.
      container[key] = undefined;
      return;
    case 3:
      if (Array.isArray(container)) container.push(value);
      else container[key] = [value, value];
      return;
    case 4:
    case 5:
      container[key] = structuredClone(STRANGE_VALUES[random(STRANGE_VALUES.length)]);
      return;
    default:
      container[key] = structuredClone(other.container[other.key]);
  }
}
