import type { ParsedRequest } from '../support/http/messages.ts';

/** What a proxy has to make of a case. */
export interface Verdict {
  readonly id: string;
  readonly must: 'reject' | 'accept' | 'either';
  /** Where the fault lies, with `reject`. */
  readonly at?: 'head' | 'body' | 'incomplete';
  /** Complete requests that may reach a server; with `accept` exactly so many. */
  readonly messages: number;
  readonly why: string;
  /** Values that a server must get of a field, by its lower-case name; an empty list stands for a field that it must not get. */
  readonly server?: Readonly<Record<string, readonly string[]>>;
}

/** A case of any version of HTTP, as far as its judge needs it. */
export interface Expectation extends Verdict {
  /** The requests in it, as a server should read them; only of a case with `accept`. */
  readonly sent: readonly ParsedRequest[];
  /** False for requests that travel side by side, and may arrive in any order. */
  readonly ordered: boolean;
}

/** What can be sent to a proxy, with what it has to make of it. */
export interface Corpus<C extends Verdict> {
  readonly name: string;
  readonly cases: readonly C[];
}
