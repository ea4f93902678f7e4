/** What is served under one or several host names. */
export interface Named<T> {
  /** Lower case; a `*.` at the start stands for one label. */
  readonly names: readonly string[];
  readonly value: T;
}

/**
 * Finds what is served under a host name: the exact name before the wildcard, in any case, and what stands first where several have the
 * same name. Always by two look-ups, however many names there are.
 */
export class NameMap<T> {
  readonly #exact = new Map<string, T>();
  readonly #wildcards = new Map<string, T>();

  constructor(entries: readonly Named<T>[]) {
    for (const { names, value } of entries) {
      for (const name of names) {
        const [map, key] = name.startsWith('*.') ? [this.#wildcards, name.slice(2)] : [this.#exact, name];
        if (!map.has(key)) {
          map.set(key, value);
        }
      }
    }
  }

  find(name: string): T | undefined {
    const key = name.toLowerCase().replace(/\.$/, '');
    const dot = key.indexOf('.');
    return this.#exact.get(key) ?? (dot > 0 ? this.#wildcards.get(key.slice(dot + 1)) : undefined);
  }
}
