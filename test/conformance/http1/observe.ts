import { connectRaw } from '../../support/http/raw-client.ts';
import type { RecordingUpstream } from '../../support/http/recording-upstream.ts';
import type { Observation } from '../judge.ts';
import { quiet } from '../quiet.ts';
import type { Http1Case } from './case.ts';

/** Sends a case on a connection of its own, in pieces of `size` bytes where given, and looks at what comes of it. */
export async function observeHttp1(
  port: number,
  upstream: RecordingUpstream,
  { raw }: Http1Case,
  size?: number,
): Promise<Observation> {
  upstream.reset();
  const client = await connectRaw(port);
  await client.send(raw, size);
  client.socket.end();
  const { received } = await client.closed();
  await quiet(upstream);
  return {
    statuses: finalStatuses(received),
    requests: upstream.requests(),
    connections: upstream.connections(),
  };
}

function finalStatuses(response: string): readonly number[] {
  return [...response.matchAll(/(?:^|\r\n|served)HTTP\/1\.1 ([0-9]{3}) /g)]
    .map(([, status]) => Number(status))
    .filter((status) => status >= 200);
}
