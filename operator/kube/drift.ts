/**
 * Whether a server-side apply would change anything. The server records in `metadata.managedFields` which fields a manager applied
 * (FieldsV1: `f:` a field, `k:` an element of a list by its key, `v:` an element of a set, nothing below: a value as a whole), and takes
 * a field away from its manager when somebody else changes it. So three things are compared: what is wanted, what is owned, what is there.
 *
 * What others added beside it is no drift: in maps and keyed lists that is how server-side apply works. Within a value that is owned as
 * a whole, all has to be equal; whoever leaves out there what the server fills in will see a drift each time.
 */
import { appliedBy } from './managed-fields.ts';
import type { KubernetesObject } from './types.ts';

interface Fields {
  readonly [key: string]: Fields;
}

type Path = readonly string[];

/** Maps of which the server rewrites the values, as they are quantities: `0.1` becomes `100m`. */
const QUANTITIES = new Set(['requests', 'limits']);

/** What names the object in an apply, and what the server gives it; nobody owns these. */
const NOT_OWNED = new Set(['apiVersion', 'kind']);
const NOT_OWNED_METADATA = new Set(['name', 'namespace', 'uid', 'resourceVersion', 'managedFields']);

/**
 * What makes it necessary to apply `desired`, for people; undefined if nothing does.
 *
 * @param desired the whole intent of `fieldManager`
 * @param live the object as it is, with `managedFields`
 */
export function findDrift(
  desired: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
): string | undefined {
  const entry = appliedBy(live, fieldManager);
  if (entry === undefined || entry.apiVersion !== desired.apiVersion) return 'it was not applied before';
  return driftOfMap(ownable(desired), live, { fields: (entry.fieldsV1 ?? {}) as Fields, path: [] });
}

/** Without what an apply does not own. */
function ownable(desired: KubernetesObject): object {
  return { ...without(desired, NOT_OWNED), metadata: without(desired.metadata ?? {}, NOT_OWNED_METADATA) };
}

function without(map: object, names: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.has(name)));
}

/** Where a comparison stands: what is owned there, and how it got there. */
interface Place {
  readonly fields: Fields;
  readonly path: Path;
}

function driftOfValue(desired: unknown, live: unknown, { fields, path }: Place): string | undefined {
  if (partsOf(fields).length === 0)
    return isSame(desired, live, path) ? undefined : `${format(path)} differs`;
  if (isMap(desired)) return driftOfMap(desired, live, { fields, path });
  if (Array.isArray(desired)) return driftOfList(desired, live, { fields, path });
  return `${format(path)} has another type`;
}

function driftOfMap(desired: object, live: unknown, { fields, path }: Place): string | undefined {
  if (!isMap(live)) return `${format(path)} is missing`;
  const wanted = new Map(Object.entries(desired).filter(([, value]) => value !== undefined));
  for (const [name, value] of wanted) {
    const below = [...path, name];
    const owned = fields[`f:${name}`];
    if (partsOf(owned).length === 0 && isNothing(value, live[name])) continue;
    if (owned === undefined) return `${format(below)} is not owned`;
    const drift = driftOfValue(value, live[name], { fields: owned, path: below });
    if (drift !== undefined) return drift;
  }
  const unwanted = Object.keys(fields).find((key) => key.startsWith('f:') && !wanted.has(key.slice(2)));
  return unwanted === undefined
    ? undefined
    : `${format([...path, unwanted.slice(2)])} is not wanted any more`;
}

function driftOfList(
  desired: readonly unknown[],
  live: unknown,
  { fields, path }: Place,
): string | undefined {
  if (!Array.isArray(live)) return `${format(path)} is missing`;
  const owned = partsOf(fields);
  for (const key of owned) {
    const below = [...path, key.slice(2)];
    const wanted = desired.find((element) => isElement(element, key, 'Wanted'));
    if (wanted === undefined) return `${format(below)} is not wanted any more`;
    const found = live.find((element) => isElement(element, key, 'Live'));
    const drift = driftOfValue(wanted, found, { fields: fields[key] ?? {}, path: below });
    if (drift !== undefined) return drift;
  }
  return owned.length === desired.length ? undefined : `${format(path)} has elements that are not owned`;
}

/** Whether a list's element is the one that `key` means. Parts of a key that have a default may be left out of what is wanted. */
function isElement(element: unknown, key: string, side: 'Wanted' | 'Live'): boolean {
  const value: unknown = JSON.parse(key.slice(2));
  if (key.startsWith('v:') || !isMap(value)) return element === value;
  if (!isMap(element)) return false;
  return Object.entries(value).every(
    ([name, part]) => element[name] === part || (side === 'Wanted' && element[name] === undefined),
  );
}

/** What is owned below a field, apart from the field itself. */
function partsOf(fields: Fields = {}): readonly string[] {
  return Object.keys(fields).filter((key) => key !== '.');
}

function isSame(desired: unknown, live: unknown, path: Path): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      desired.length === live.length &&
      desired.every((value, index) => isSame(value, live[index], path))
    );
  }
  if (isMap(desired)) {
    if (!isMap(live)) return false;
    const names = new Set([...Object.keys(desired), ...Object.keys(live)]);
    return [...names].every(
      (name) => isEmptyList(desired[name], live[name]) || isSame(desired[name], live[name], [...path, name]),
    );
  }
  return desired === live || (QUANTITIES.has(path.at(-2) ?? '') && isSameQuantity(desired, live));
}

/** Whether an empty list is wanted, which the server leaves out. */
function isEmptyList(desired: unknown, live: unknown): boolean {
  return Array.isArray(desired) && desired.length === 0 && live === undefined;
}

function isSameQuantity(desired: unknown, live: unknown): boolean {
  const amount = quantity(desired);
  return amount !== undefined && amount === quantity(live);
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A `resource.Quantity` as a number, to nine significant digits, so that what binary fractions can't hold is no difference. */
function quantity(value: unknown): number | undefined {
  const [, digits, suffix = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(value)) ?? [];
  const factor = SUFFIXES[suffix];
  if (digits === undefined || factor === undefined) return undefined;
  const amount = Number(digits) * factor;
  return Number.isNaN(amount) ? undefined : Number(amount.toPrecision(9));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether an empty map or list is wanted, which the server often leaves out, where others have put nothing that must go. */
function isNothing(desired: unknown, live: unknown): boolean {
  if (Array.isArray(desired)) return isEmptyList(desired, live);
  return isMap(desired) && Object.keys(desired).length === 0 && (live === undefined || isMap(live));
}

function format(path: Path): string {
  return path.join('.');
}
