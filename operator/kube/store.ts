import type { Logger } from './log.ts';
import type { KubernetesObject, ObjectKey } from './types.ts';

/** Values under which an object is found in an index. */
export type Indexer<T> = (object: T) => readonly string[];

/**
 * Called after a change, with what was and what is: without the former when the object is new, without the latter when it is gone. An
 * object that was deleted and created again is gone first and new then.
 */
export type ChangeHandler<T> = (before: T | undefined, after: T | undefined) => void;

export interface StoreOptions<T> {
  readonly log: Logger;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** What is kept of an object; all of it if left out. It may leave out neither what names it nor `uid` and `resourceVersion`. */
  readonly transform?: (object: T) => T;
}

/** The objects of one resource as they were last seen, by namespace and name. What it holds is shared: never change it. */
export class Store<T extends KubernetesObject> {
  readonly #log: Logger;
  readonly #objects = new Map<string, T>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  /** Index name to value to keys of objects. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #transform: (object: T) => T;
  readonly #handlers: ChangeHandler<T>[] = [];

  constructor({ log, indexers = {}, transform = (object) => object }: StoreOptions<T>) {
    this.#log = log;
    this.#indexers = indexers;
    this.#transform = transform;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(pathOf(key));
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Objects for which the indexer of that name gives this value. */
  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`The store has no index "${name}"; give it an indexer.`);
    return [...(index.get(value) ?? [])].flatMap((path) => this.#objects.get(path) ?? []);
  }

  /** Calls `handler` for every change from now on. */
  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** These are all objects there are, or all in that namespace. */
  replace(objects: readonly T[], namespace?: string): void {
    const present = new Set(objects.map((object) => pathOf(keyIn(object))));
    for (const [path, object] of this.#objects) {
      const inScope = namespace === undefined || object.metadata?.namespace === namespace;
      if (inScope && !present.has(path)) this.#change(path, object, undefined);
    }
    for (const object of objects) this.put(object);
  }

  /** The object is like this now. */
  put(object: T): void {
    const path = pathOf(keyIn(object));
    const before = this.#objects.get(path);
    if (before === undefined) {
      this.#change(path, undefined, this.#transform(object));
      return;
    }
    if (before.metadata?.uid !== object.metadata?.uid) {
      this.#change(path, before, undefined);
      this.#change(path, undefined, this.#transform(object));
      return;
    }
    if (before.metadata?.resourceVersion === object.metadata?.resourceVersion) return;
    this.#change(path, before, this.#transform(object));
  }

  /** The object is gone; another one that has its name by now stays. */
  remove(object: T): void {
    const path = pathOf(keyIn(object));
    const before = this.#objects.get(path);
    if (before === undefined || before.metadata?.uid !== object.metadata?.uid) return;
    this.#change(path, before, undefined);
  }

  #change(path: string, before: T | undefined, after: T | undefined): void {
    if (after === undefined) this.#objects.delete(path);
    else this.#objects.set(path, after);
    this.#index(path, before, after);
    for (const handler of this.#handlers) {
      try {
        handler(before, after);
      } catch (error) {
        // The other handlers, and the changes to come, must not suffer.
        this.#log.error({ err: error, object: path }, 'A handler of changes failed');
      }
    }
  }

  #index(path: string, before: T | undefined, after: T | undefined): void {
    for (const [name, valuesOf] of Object.entries(this.#indexers)) {
      const index = this.#indexes.get(name);
      if (index === undefined) continue;
      for (const value of before === undefined ? [] : valuesOf(before)) {
        const paths = index.get(value);
        paths?.delete(path);
        if (paths?.size === 0) index.delete(value);
      }
      for (const value of after === undefined ? [] : valuesOf(after)) {
        const paths = index.get(value) ?? new Set();
        index.set(value, paths.add(path));
      }
    }
  }
}

function keyIn({ metadata }: KubernetesObject): ObjectKey {
  return {
    name: metadata?.name ?? '',
    ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
}

function pathOf({ namespace = '', name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
