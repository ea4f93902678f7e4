import { readAhead } from '../listener/read-ahead.ts';
import type { Decision, ReadAhead } from '../listener/read-ahead.ts';
import type { ClientConnection } from '../listener/types.ts';
import { ClientHelloReader } from '../tls/client-hello.ts';
import type { Hello } from '../tls/client-hello.ts';
import type { NameMap } from '../tls/names.ts';
import type { ForwardTarget } from './forward.ts';

/** Where the connections of a layer 4 frontend go that looks at the server name. */
export interface SplitTarget {
  readonly names: NameMap<ForwardTarget>;
  /** For what none of the names takes, TLS or not; null: it is closed. */
  readonly fallback: ForwardTarget | null;
  /** For the whole ClientHello. Milliseconds. */
  readonly timeout: number;
}

export type Choice =
  | { readonly ok: true; readonly target: ForwardTarget }
  /** `silent`: not a byte came, as when a load balancer looks whether the port is open. */
  | { readonly ok: false; readonly reason: string; readonly silent: boolean };

/** Looks at the server name that a client asks for by TLS; all of the client's bytes are still there to be read after that. */
export async function chooseByName({ socket }: ClientConnection, split: SplitTarget): Promise<Choice> {
  const { timeout } = split;
  const reader = new ClientHelloReader();
  const decide = (bytes: Buffer): Decision<Hello> | null => {
    const reading = reader.read(bytes);
    return reading.state === 'Incomplete' ? null : { value: reading, consumed: 0 };
  };
  return choose(await readAhead(socket, { decide, timeout }), split);
}

function choose(read: ReadAhead<Hello>, { names, fallback, timeout }: SplitTarget): Choice {
  switch (read.state) {
    case 'TooLate':
      return { ok: false, reason: `no whole ClientHello came within ${timeout} ms`, silent: false };
    case 'Gone':
      return { ok: false, reason: 'it ended before the ClientHello did', silent: read.bytes === 0 };
    case 'Decided': {
      const { value } = read;
      const name = value.state === 'Complete' ? value.serverName : null;
      const target = (name === null ? undefined : names.find(name)) ?? fallback;
      return target === null
        ? { ok: false, reason: `${describe(value)}, and there is no backend for the rest`, silent: false }
        : { ok: true, target };
    }
  }
}

function describe(reading: Hello): string {
  switch (reading.state) {
    case 'Malformed':
      return `the ClientHello is not in order (${reading.reason})`;
    case 'Complete':
      return reading.serverName === null
        ? 'the client asks for no server name'
        : `no sniRoute takes the server name ${reading.serverName}`;
  }
}
