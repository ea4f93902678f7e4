import { run } from '../cluster/process/run.ts';
import { LOAD_CORE, onCore } from './cores.ts';
import { type Tool, toolPath } from './tools.ts';
import type { LoadResult } from './types.ts';

/** Longer than any round takes. */
const TIMEOUT_MS = 60_000;

/** Runs one of our own load tools. */
export async function runTool(tool: Tool, args: readonly (string | number)[]): Promise<LoadResult> {
  return JSON.parse(await runOnLoadCore(toolPath(tool), args.map(String))) as LoadResult;
}

export interface HttpLoad {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: readonly string[];
}

/** HTTP/1.1 on connections that are kept. Anything but 2xx is an error. */
export async function runWrk({ url, connections, seconds, headers = [] }: HttpLoad): Promise<LoadResult> {
  const fields = headers.flatMap((header) => ['--header', header]);
  const args = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`];
  return readWrk(await runOnLoadCore('wrk', [...args, ...fields, url]));
}

/** What wrk says in words. */
export function readWrk(text: string): LoadResult {
  const [, units, seconds] = /^\s*(\d+) requests in ([\d.]+)s/m.exec(text) ?? [];
  if (units === undefined) {
    throw new Error(`wrk said something else than expected:\n${text}`);
  }
  const unsuccessful = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const socketErrors = /Socket errors: (.*)$/m.exec(text)?.[1]?.match(/\d+/g) ?? [];
  const errors = socketErrors.reduce((sum, count) => sum + Number(count), unsuccessful);
  return { units: Number(units), seconds: Number(seconds), errors };
}

export interface Http2Load extends HttpLoad {
  /** Requests at a time on each connection. */
  readonly streams: number;
}

/** HTTP/2. Anything but 2xx is an error. */
export async function runH2load(load: Http2Load): Promise<LoadResult> {
  const { url, connections, streams, seconds, headers = [] } = load;
  const fields = headers.flatMap((header) => ['--header', header]);
  const args = ['--threads=1', `--clients=${connections}`, `--max-concurrent-streams=${streams}`];
  const text = await runOnLoadCore('h2load', [...args, `--duration=${Math.ceil(seconds)}`, ...fields, url]);
  return readH2load(text, Math.ceil(seconds));
}

/** What h2load says in words. With a duration it counts what was under way at the end as neither succeeded nor failed. */
export function readH2load(text: string, seconds: number): LoadResult {
  const [, done, failed, errored] =
    /^requests: .* (\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored/m.exec(text) ?? [];
  const [, successful] = /^status codes: (\d+) 2xx/m.exec(text) ?? [];
  if (done === undefined || successful === undefined) {
    throw new Error(`h2load said something else than expected:\n${text}`);
  }
  const others = /^status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/m.exec(text)?.slice(1) ?? [];
  const errors = others.reduce((sum, count) => sum + Number(count), Number(failed) + Number(errored));
  return { units: Number(done), seconds, errors };
}

async function runOnLoadCore(command: string, args: readonly string[]): Promise<string> {
  const pinned = onCore(LOAD_CORE, command, args);
  return (await run(pinned.command, pinned.args, { timeoutMs: TIMEOUT_MS })).stdout;
}
