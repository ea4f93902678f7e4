/** One reason why a resource is refused. */
export interface AdmissionError {
  /** The field, such as `spec.frontends[0].port`; empty for the whole document. */
  readonly path: string;
  /** What is wrong with it and what to do. */
  readonly message: string;
}

/** The path of a field of an object. */
export function fieldPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

/** A value in the words of a message: JSON, cut where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
