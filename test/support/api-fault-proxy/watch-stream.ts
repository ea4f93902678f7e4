import type { ServerResponse } from 'node:http';
import {
  type EventFault,
  type OpenWatch,
  type SeenEvent,
  type SeenRequest,
  resourceOfPath,
  statusObject,
} from './types.ts';

/** What a stream asks of the proxy that it is part of. */
export interface StreamHooks {
  /** The fault for this event, if there is one; it counts as having happened. */
  faultFor(event: SeenEvent): EventFault | undefined;
  /** An event was passed on to the client. */
  passed(stream: WatchStream, line: string): void;
}

interface Frame {
  readonly type?: string;
  readonly object?: { readonly metadata?: { readonly name?: string; readonly uid?: string } };
}

interface Waiting {
  readonly line: string;
  readonly event: SeenEvent;
}

/** The server's side of one watch, event by event, as the client is to see it. */
export class WatchStream implements OpenWatch {
  readonly request: SeenRequest;
  readonly #outgoing: ServerResponse;
  readonly #hooks: StreamHooks;
  #rest = '';
  #stalled = false;
  /** Lines that wait, and for how many events on other watches. */
  #held: { readonly lines: string[]; left: number } | undefined;
  /** An event that waits for the next one of its object. */
  #merging: Waiting | undefined;

  constructor(request: SeenRequest, outgoing: ServerResponse, hooks: StreamHooks) {
    this.request = request;
    this.#outgoing = outgoing;
    this.#hooks = hooks;
  }

  /** Takes what the server has sent. */
  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') continue;
      if (this.#held === undefined) this.#takeLine(line);
      else this.#held.lines.push(line);
    }
  }

  /** The server has ended the watch. */
  finish(): void {
    if (this.#stalled) return;
    this.release();
    this.#outgoing.end();
  }

  send(text: string): void {
    // A client that is to hear something right after its watch was ended, before it is closed, does not hear it.
    if (!this.#outgoing.writableEnded) this.#outgoing.write(text);
  }

  end(): void {
    this.#stalled = true;
    this.#outgoing.end();
  }

  reset(): void {
    this.#stalled = true;
    this.#outgoing.socket?.resetAndDestroy();
  }

  stall(): void {
    this.#stalled = true;
  }

  release(): void {
    const merging = this.#merging;
    this.#merging = undefined;
    if (merging !== undefined) this.#pass(merging.line);
    const held = this.#held;
    this.#held = undefined;
    for (const line of held?.lines ?? []) this.#pass(line);
  }

  /** Something happened on another watch. */
  otherPassed(): void {
    if (this.#held === undefined) return;
    this.#held.left -= 1;
    if (this.#held.left <= 0) this.release();
  }

  #takeLine(line: string): void {
    if (this.#stalled) return;
    const event = eventOf(this.request, line);
    if (event === undefined) {
      this.#pass(line);
      return;
    }
    if (this.#merging !== undefined && this.#merging.event.uid === event.uid) {
      this.#passMerged({ line, event }, this.#merging);
      return;
    }
    const fault = this.#hooks.faultFor(event);
    if (fault === undefined) this.#pass(line);
    else this.#suffer(fault, { line, event });
  }

  #suffer(fault: EventFault, { line, event }: Waiting): void {
    switch (fault.kind) {
      case 'Drop':
        return;
      case 'Double':
        this.#pass(line);
        this.#pass(line);
        return;
      case 'Hold':
        this.#held = { lines: [line], left: fault.events };
        return;
      case 'Merge':
        this.#merging = { line, event };
        return;
      case 'Truncate':
        this.send(line.slice(0, line.length / 2));
        this.end();
        return;
      case 'Error':
        this.send(`${JSON.stringify({ type: 'ERROR', object: statusObject(fault.code) })}\n`);
        this.end();
        return;
      case 'End':
        this.end();
        return;
      case 'Reset':
        this.reset();
        return;
      case 'Stall':
        this.stall();
    }
  }

  /** A state that was never seen leaves no trace: an object that is made and changed is made as it is then; one that is made and removed was never there. */
  #passMerged(later: Waiting, earlier: Waiting): void {
    this.#merging = undefined;
    if (later.event.type === 'DELETED' && earlier.event.type === 'ADDED') return;
    const type = later.event.type === 'DELETED' ? 'DELETED' : earlier.event.type;
    this.#pass(later.line.replace(`"type":"${later.event.type}"`, `"type":"${type}"`));
  }

  #pass(line: string): void {
    if (this.#stalled) return;
    this.send(`${line}\n`);
    this.#hooks.passed(this, line);
  }
}

function eventOf(request: SeenRequest, line: string): SeenEvent | undefined {
  const { type = '', object } = JSON.parse(line) as Frame;
  if (type === 'BOOKMARK' || type === 'ERROR') return undefined;
  const { name = '', uid = '' } = object?.metadata ?? {};
  return { resource: resourceOfPath(request.path), type, name, uid };
}
