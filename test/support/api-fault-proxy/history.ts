import type { SeenRequest } from './types.ts';

/** An object, as far as it must be known here. */
interface Item {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly resourceVersion?: string;
  };
}

interface List {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly resourceVersion?: string };
  readonly items: readonly Item[] | null;
}

interface Frame {
  readonly type: string;
  readonly object: Item;
}

type Entry =
  | { readonly at: number; readonly list: List }
  | { readonly at: number; readonly frame: Frame; readonly line: string };

/**
 * What clients were shown, so that they can be shown it again: the lists and events of every collection, in the form in which they were
 * asked for. A moment is the number of lists and events that had been shown by then.
 */
export class History {
  readonly #streams = new Map<string, Entry[]>();
  #now = 0;

  get now(): number {
    return this.#now;
  }

  list(request: SeenRequest, body: string): void {
    const list = parse(body) as List | undefined;
    if (list !== undefined && 'items' in list) this.#add(request, { at: this.#tick(), list });
  }

  event(request: SeenRequest, line: string): void {
    const frame = parse(line) as Frame | undefined;
    if (frame !== undefined && frame.type !== 'BOOKMARK' && frame.type !== 'ERROR')
      this.#add(request, { at: this.#tick(), frame, line });
  }

  /** The list that a client would have had at that moment; undefined if the collection was not seen by then. */
  listAt(request: SeenRequest, moment: number): object | undefined {
    const entries = this.#until(request, moment);
    const start = entries.findLastIndex((entry) => 'list' in entry);
    const first = entries[start];
    if (first === undefined || !('list' in first)) return undefined;
    const items = new Map((first.list.items ?? []).map((item) => [keyOf(item), item] as const));
    let version = first.list.metadata?.resourceVersion;
    for (const entry of entries.slice(start + 1)) {
      if (!('frame' in entry)) continue;
      const { type, object } = entry.frame;
      version = object.metadata?.resourceVersion ?? version;
      if (type === 'DELETED') items.delete(keyOf(object));
      else items.set(keyOf(object), object);
    }
    return { ...first.list, metadata: { resourceVersion: version }, items: [...items.values()] };
  }

  #add(request: SeenRequest, entry: Entry): void {
    const key = streamOf(request);
    const entries = this.#streams.get(key);
    if (entries === undefined) this.#streams.set(key, [entry]);
    else entries.push(entry);
  }

  #until(request: SeenRequest, moment: number): readonly Entry[] {
    return (this.#streams.get(streamOf(request)) ?? []).filter(({ at }) => at <= moment);
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

/** Lists and watches of the same collection in the same form have this in common. */
function streamOf({ path, query, accept }: SeenRequest): string {
  const form = accept.includes('PartialObjectMetadata') ? 'metadata' : 'whole';
  return [path, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '', form].join('\n');
}

function keyOf({ metadata }: Item): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
