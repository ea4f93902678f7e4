/** An operator under test: how it is started, and how it ends. Every operator that keeps to this can be tried by the same plans. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bound } from '../../cluster/process/bound.ts';

/** Where an operator is to work. */
export interface Place {
  /** Path of the kubeconfig file by which it reaches the API server. */
  readonly kubeconfig: string;
  /** The namespace that it looks after; its Lease, if it has one, is there too. */
  readonly namespace: string;
  /** Whether it looks after all others too. */
  readonly everywhere?: boolean;
}

/** One operator that was started. */
export interface Instance {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** What it said last, for whoever looks for the reason of a failure. */
  output(): readonly string[];
  /** Ends it at once, without a chance to do anything: nothing that it knew is left. */
  kill(): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
  /** Sends a signal to its process, if it has one of its own. */
  signal?(name: NodeJS.Signals): void;
}

export interface Subject {
  /** As reports call it. */
  readonly name: string;
  start(place: Place): Promise<Instance>;
}

export interface ProcessSubject {
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** What its environment has beside that of the tests and `environmentOf`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * An operator as a process of its own. It is told all it needs by `environmentOf`, begins to work when it is started, ends at SIGTERM, and is killed by
 * SIGKILL. It may end by itself when it can't go on; it is started again then, as the kubelet does.
 */
export function processSubject({ name, command, environment = {} }: ProcessSubject): Subject {
  const [program, ...args] = bound(command);
  return {
    name,
    async start(place) {
      const env = { ...process.env, ...environmentOf(place), ...environment };
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const lines: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => keep(lines, line));
      return instanceOf(child, lines);
    },
  };
}

export const OUR_COMMAND: ProcessSubject['command'] = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(new URL('../../../operator/main.ts', import.meta.url)),
];

/** Our operator as a process. */
export const ourProcess = processSubject({
  name: 'teamwork-proxy-operator (process)',
  command: OUR_COMMAND,
});

/** What every operator under test finds in its environment; port 0 lets the system choose one. */
export function environmentOf({
  kubeconfig,
  namespace,
  everywhere = false,
}: Place): Readonly<Record<string, string>> {
  return {
    KUBECONFIG: kubeconfig,
    WATCH_NAMESPACES: everywhere ? '' : namespace,
    POD_NAMESPACE: namespace,
    POD_NAME: 'operator-under-test',
    PROXY_IMAGE: 'localhost/teamwork-proxy:test',
    METRICS_PORT: '0',
    PROBE_PORT: '0',
    LOG_LEVEL: 'info',
  };
}

const KEPT_LINES = 200;

/** Adds a line, and forgets the oldest ones. */
export function keep(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > KEPT_LINES) lines.shift();
}

function instanceOf(child: ChildProcess, lines: readonly string[]): Instance {
  const ended = once(child, 'exit').then(() => {});
  const signal = (name: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(name);
  };
  const end = async (name: NodeJS.Signals) => {
    signal(name);
    await ended;
  };
  return {
    ended,
    output: () => lines,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    signal,
  };
}
