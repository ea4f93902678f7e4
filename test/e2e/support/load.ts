import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnIn } from '../../cluster/network/exec.ts';
import type { Host } from '../../cluster/network/hosts.ts';
import type { LoadOrder, LoadReport } from '../load/clients.ts';
import { clientNamespace } from './client.ts';

const folder = new URL('../load/', import.meta.url);

/** Clients at work. */
export interface Load {
  /** Resolves when each has got its last answer. */
  stop(): Promise<LoadReport>;
  /** Ends them at once, if they have not been stopped. */
  end(): void;
}

/** Starts pages and an echo on a machine; they end with this process or the machine. */
export async function startLoadServers(host: Host, pages: number, echo: number): Promise<void> {
  const program = fileURLToPath(new URL('servers.ts', folder));
  const { lines } = start(host.namespace, [program, host.address, String(pages), String(echo)]);
  await next(lines);
}

/** Starts clients on the client machine; resolves when all of them are at work. */
export async function startLoad(order: LoadOrder): Promise<Load> {
  const program = fileURLToPath(new URL('clients.ts', folder));
  const { child, lines } = start(clientNamespace, [program, JSON.stringify(order)]);
  await next(lines);
  return {
    end: () => void child.kill('SIGKILL'),
    async stop() {
      const exit = once(child, 'exit');
      child.stdin?.end();
      const report = JSON.parse(await next(lines)) as LoadReport;
      await exit;
      return report;
    },
  };
}

function start(namespace: string, args: readonly string[]) {
  const child = spawnIn(namespace, [process.execPath, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('the program was started without pipes');
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const line = await lines.next();
  if (line.done === true) throw new Error('the program has ended without a word');
  return line.value;
}
