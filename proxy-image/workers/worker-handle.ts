import type { Worker } from 'node:cluster';
import type { Command, WorkerMessage, WorkerReport } from './messages.ts';

/** At two a second, half of half a minute: a garbage collection, or a busy host, may take seconds. */
export const MAX_SILENT_BEATS = 30;

/** One worker process, as the supervisor sees it. */
export class WorkerHandle {
  readonly pid: number;
  readonly startedAt = performance.now();
  /** Digest of the configuration that it serves; null before the first one. */
  serves: string | null = null;
  /** Digest of the configuration that it was sent last and has not answered for yet. */
  takingOver: string | null = null;
  /** Listens for commands. */
  ready = false;
  /** Its newest report. */
  report: WorkerReport | null = null;
  readonly #worker: Worker;
  readonly #asked = new Map<number, (report: WorkerReport) => void>();
  #nextId = 0;
  /** Heartbeats since its last sign of life. */
  #silentBeats = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.pid = worker.process.pid ?? 0;
    // Such as a command for a worker that has just ended; its end is told by 'exit'.
    worker.on('error', () => undefined);
  }

  send(command: Command): void {
    if (this.#worker.isConnected()) {
      this.#worker.send(command, () => undefined);
    }
  }

  /** Asks for a report; after `timeout` milliseconds without an answer, the last one there was. */
  async ask(timeout: number): Promise<WorkerReport | null> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        resolve(this.report);
      }, timeout);
      this.#asked.set(id, (report) => {
        clearTimeout(timer);
        resolve(report);
      });
      this.send({ type: 'Report', id });
    });
  }

  /**
   * To be called at each heartbeat; true when nothing has come from it at so many of them that its event loop must stand still. Heartbeats are
   * counted and not seconds: when the whole host has stood still, as a virtual machine does that is moved, the worker was not given any.
   */
  isStuck(): boolean {
    this.#silentBeats += 1;
    return this.#silentBeats > MAX_SILENT_BEATS;
  }

  /** Takes note of what a message says of this worker. */
  note(message: WorkerMessage): void {
    this.#silentBeats = 0;
    switch (message.type) {
      case 'Ready':
        this.ready = true;
        return;
      case 'Applied':
        this.serves = message.digest;
        this.#answered(message.digest);
        return;
      case 'Refused':
        this.#answered(message.digest);
        return;
      case 'Spent':
        return;
      case 'Report': {
        this.report = message.report;
        const resolve = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        resolve?.(message.report);
      }
    }
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #answered(digest: string): void {
    if (this.takingOver === digest) {
      this.takingOver = null;
    }
  }
}
