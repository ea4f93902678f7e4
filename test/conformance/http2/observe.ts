import { connectRawTls } from '../../support/http/raw-client.ts';
import { speakHttp2, type Http2Client } from '../../support/http2/client.ts';
import { Flags, ping, Type } from '../../support/http2/frames.ts';
import type { HttpsProxy } from '../../support/http2/https-proxy.ts';
import type { Observation } from '../judge.ts';
import { quiet } from '../quiet.ts';
import { framesOf, streamOf, type Http2Case } from './case.ts';

/** Sends a case on a TLS connection of its own, in pieces of `size` bytes where given, and looks at what comes of it. */
export async function observeHttp2(
  { https, trust, upstream }: HttpsProxy,
  testCase: Http2Case,
  size?: number,
): Promise<Observation> {
  upstream.reset();
  const raw = await connectRawTls(https, trust, 'h2');
  const client = await speakHttp2(raw);
  await raw.send(Buffer.concat([...framesOf(testCase), ping()]), size);
  // It may end the whole connection.
  await raw.until(() => isOver(client, testCase)).catch(() => undefined);
  const responses = testCase.requests.map((_, index) => client.soFar(streamOf(index)));
  raw.socket.end();
  await raw.closed();
  await quiet(upstream);
  return {
    statuses: responses.filter(({ ended }) => ended).map(({ status }) => status),
    requests: upstream.requests(),
    connections: upstream.connections(),
  };
}

/** Everything has been read, and every request that was complete has been answered or reset. */
function isOver(client: Http2Client, { requests }: Http2Case): boolean {
  const read = client.frames().some(({ type, flags }) => type === Type.Ping && (flags & Flags.Ack) !== 0);
  return (
    read &&
    requests.every(({ ends }, index) => {
      const { ended, reset } = client.soFar(streamOf(index));
      return !ends || ended || reset !== null;
    })
  );
}
