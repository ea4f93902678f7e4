/**
 * Loaded into the proxy before it starts, in place of the resolver of the host: answers come from the file that `NAMES` names, by name, one
 * list of addresses after the other and then the last again; names that it lacks have its answer for `*`. Each question is written to the end of the file with
 * `.asked` behind its name. Whatever asks, and in whatever way, gets the next answer.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { isIP, isIPv6 } from 'node:net';

const file = process.env['NAMES'] ?? '';
const turns = new Map<string, number>();

interface Found {
  readonly address: string;
  readonly family: number;
}

function answer(name: string): readonly Found[] {
  // Node asks for addresses, too, when it is to listen on one.
  if (isIP(name) !== 0) {
    return [{ address: name, family: isIP(name) }];
  }
  const names = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[][]>;
  const turn = turns.get(name) ?? 0;
  turns.set(name, turn + 1);
  appendFileSync(`${file}.asked`, `${name}\n`);
  const answers = names[name] ?? names['*'] ?? [];
  const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
  if (addresses.length === 0) {
    throw Object.assign(new Error(`no address for ${name}`), { code: 'ENOTFOUND' });
  }
  return addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

const promised = async (name: string, options?: { all?: boolean }): Promise<unknown> => {
  const found = answer(name);
  return options?.all === true ? found : found[0];
};

type Callback = (error: Error | null, address?: unknown, family?: number) => void;

function lookup(name: string, options: { all?: boolean } | Callback, callback?: Callback): void {
  const [settings, done] = typeof options === 'function' ? [{}, options] : [options, callback];
  try {
    const found = answer(name);
    process.nextTick(() =>
      settings.all === true ? done?.(null, found) : done?.(null, found[0]?.address, found[0]?.family),
    );
  } catch (error) {
    process.nextTick(() => done?.(error as Error));
  }
}

Object.assign(dnsPromises, { lookup: promised });
Object.assign(dns, { lookup });
syncBuiltinESMExports();
