import { once } from 'node:events';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificateMode } from '../config/types.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { startFlow } from '../../test/support/flow.ts';
import type { Flow } from '../../test/support/flow.ts';
import { backendConfig } from '../../test/support/proxy-config.ts';
import { howItEnds, roundTrip, startEchoServer } from '../../test/support/tcp.ts';
import type { TcpServer } from '../../test/support/tcp.ts';

const authority = makeAuthority({ name: 'Public root' });
const clientAuthority = makeAuthority({ name: 'Client root' });
const otherAuthority = makeAuthority({ name: 'Other root' });
const client = issue(clientAuthority, { commonName: 'engineer', side: 'Client' });
const stranger = issue(otherAuthority, { commonName: 'engineer', side: 'Client' });
/** Good for servers only. */
const misused = issue(clientAuthority, { commonName: 'twc.internal' });
const expired = issue(clientAuthority, { commonName: 'engineer', side: 'Client', days: -1 });
const FAILED = ['teamwork_proxy_tls_handshakes_total', 'flow', 'failed'] as const;

let server: TcpServer;
let flow: Flow;

beforeEach(async () => {
  server = await startEchoServer();
});

afterEach(async () => {
  flow.stop();
  await server.close();
});

/** Serves two names with certificates of their own, to clients that `trusted` vouches for. */
async function start(
  trusted = clientAuthority.rootPem,
  mode: ClientCertificateMode = 'Required',
): Promise<void> {
  flow = await startFlow({
    frontend: {
      protocol: 'TLS',
      certificates: ['first', 'second'],
      clientCertificates: { trustFiles: ['clients.pem'], mode },
    },
    backends: [backendConfig([server.port])],
    certificates: {
      first: issue(authority, { commonName: 'first.test', dns: ['first.test'] }),
      second: issue(authority, { commonName: 'second.test', dns: ['second.test'] }),
    },
    trust: new Map([['clients.pem', trusted]]),
  });
}

function connect(shown: typeof client | null, options: tls.ConnectionOptions = {}): TLSSocket {
  const socket = tls.connect({
    socket: flow.connect(),
    servername: 'first.test',
    ca: authority.rootPem,
    ...(shown === null ? {} : { cert: shown.chainPem, key: shown.keyPem }),
    ...options,
  });
  return socket.on('error', () => undefined);
}

/** A ticket of a connection that has been served. */
async function ticketOf(socket: TLSSocket): Promise<Buffer> {
  const session = once(socket, 'session');
  await roundTrip(socket, 'hello');
  return ((await session) as [Buffer])[0];
}

/** A handshake of TLS 1.3 is over for a client before its certificate has been looked at. */
async function isCut(socket: TLSSocket): Promise<void> {
  socket.write('secret');
  expect(await howItEnds(socket)).toMatch(/^(?:FIN|ECONNRESET|EPIPE)$/);
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a frontend that asks clients for certificates, with %s',
  (version) => {
    const only = { minVersion: version, maxVersion: version };

    it.each(['first.test', 'second.test', 'other.test'])(
      'lets one in that shows a trusted one to %s',
      async (servername) => {
        await start();

        const socket = connect(client, { ...only, servername, checkServerIdentity: () => undefined });

        expect(await roundTrip(socket, 'hello')).toBe('hello');
      },
    );

    it.each([
      ['none', null, 'first.test', 'the client shows no certificate'],
      ['none, for the other name', null, 'second.test', 'the client shows no certificate'],
      ['one of another authority', stranger, 'first.test', "the client's certificate is not accepted ("],
      [
        'one of another authority, for the other name',
        stranger,
        'second.test',
        "the client's certificate is not accepted (",
      ],
      ['one of a server', misused, 'first.test', "the client's certificate is not accepted ("],
      [
        'one that has expired',
        expired,
        'first.test',
        "the client's certificate is not accepted (CERT_HAS_EXPIRED)",
      ],
    ])('cuts one off that shows %s', async (_what, shown, servername, error) => {
      await start();

      await isCut(connect(shown, { ...only, servername }));

      expect(await flow.plane.entry(0)).toMatchObject({
        server: null,
        error: expect.stringContaining(error),
      });
      expect(flow.counter(...FAILED)).toBe(1);
      expect(server.connections).toHaveLength(0);
    });

    it('resumes a session of one that it has let in, and not one that others had vouched for', async () => {
      await start();
      const ticket = await ticketOf(connect(client, only));

      const again = connect(client, { ...only, session: ticket });
      expect(await roundTrip(again, 'hello')).toBe('hello');
      expect(again.isSessionReused()).toBe(true);
      flow.stop();
      await start(otherAuthority.rootPem);

      await isCut(connect(client, { ...only, session: ticket }));
      expect(await flow.plane.entry(0)).toMatchObject({ error: expect.stringContaining('is not accepted') });
    });

    it.each([
      ['none', null],
      ['a trusted one', client],
    ])('lets one in that shows %s where it is optional, also again', async (_what, shown) => {
      await start(clientAuthority.rootPem, 'Optional');
      const ticket = await ticketOf(connect(shown, only));

      const again = connect(shown, { ...only, session: ticket });

      expect(await roundTrip(again, 'hello')).toBe('hello');
      expect(again.isSessionReused()).toBe(true);
    });

    it.each([
      ['one of another authority', stranger],
      ['one of a server', misused],
      ['one that has expired', expired],
    ])('cuts one off that shows %s also where it is optional', async (_what, shown) => {
      await start(clientAuthority.rootPem, 'Optional');

      await isCut(connect(shown, only));

      expect(await flow.plane.entry(0)).toMatchObject({ error: expect.stringContaining('is not accepted') });
      expect(server.connections).toHaveLength(0);
    });

    it('does not resume a session without a certificate where one has become required', async () => {
      await start(clientAuthority.rootPem, 'Optional');
      const ticket = await ticketOf(connect(null, only));
      flow.stop();
      await start(clientAuthority.rootPem, 'Required');

      await isCut(connect(null, { ...only, session: ticket }));

      expect(await flow.plane.entry(0)).toMatchObject({ error: 'the client shows no certificate' });
      expect(server.connections).toHaveLength(1);
    });
  },
);
