import { rangeMatcher } from '../addresses/ranges.ts';
import type { FrontendConfig, ProxyProtocolConfig } from '../config/types.ts';
import { readProxyHeader } from '../proxy-protocol/read.ts';
import type { ProxyHeader } from '../proxy-protocol/types.ts';
import { readAhead } from './read-ahead.ts';
import type { Decision } from './read-ahead.ts';
import type { AcceptedConnection } from './types.ts';

/** Whose connection it is, or why that can't be told. */
export type Identification =
  | { readonly ok: true; readonly connection: AcceptedConnection }
  /** `silent`: not a byte came, as when a load balancer looks whether the port is open. */
  | { readonly ok: false; readonly reason: string; readonly silent: boolean };

/** Finds out whose connection it is. */
export type Identify = (connection: AcceptedConnection) => Promise<Identification>;

/** Null where the other end of a connection is always its client. */
export function buildIdentify({ proxyProtocol, timeouts }: FrontendConfig): Identify | null {
  if (proxyProtocol === undefined) {
    return null;
  }
  const { accept } = proxyProtocol;
  const trusts = rangeMatcher(proxyProtocol.trusted);
  return async (connection) => {
    if (trusts(connection.sourceAddress)) {
      return readHeader(connection, accept, timeouts.handshake);
    }
    return accept === 'Optional'
      ? { ok: true, connection }
      : { ok: false, reason: 'the source is not trusted to send PROXY headers', silent: false };
  };
}

type Verdict = { readonly header: ProxyHeader | null } | { readonly fault: string };

async function readHeader(
  connection: AcceptedConnection,
  accept: ProxyProtocolConfig['accept'],
  timeout: number,
): Promise<Identification> {
  const decide = (bytes: Buffer): Decision<Verdict> | null => judge(bytes, accept);
  const read = await readAhead(connection.socket, { decide, timeout });
  switch (read.state) {
    case 'Decided':
      return 'fault' in read.value
        ? { ok: false, reason: read.value.fault, silent: false }
        : { ok: true, connection: behind(connection, read.value.header) };
    case 'TooLate':
      return { ok: false, reason: `no whole PROXY header came within ${timeout} ms`, silent: false };
    case 'Gone':
      return { ok: false, reason: 'it ended before the PROXY header did', silent: read.bytes === 0 };
  }
}

function judge(bytes: Buffer, accept: ProxyProtocolConfig['accept']): Decision<Verdict> | null {
  const reading = readProxyHeader(bytes);
  switch (reading.state) {
    case 'Incomplete':
      return null;
    case 'Complete':
      return { value: { header: reading.header }, consumed: reading.length };
    case 'Malformed':
      return { value: { fault: `the PROXY header is malformed: ${reading.reason}` }, consumed: 0 };
    case 'Absent':
      return accept === 'Optional'
        ? { value: { header: null }, consumed: 0 }
        : { value: { fault: 'it does not begin with a PROXY header' }, consumed: 0 };
  }
}

function behind(connection: AcceptedConnection, header: ProxyHeader | null): AcceptedConnection {
  switch (header?.kind) {
    case 'Proxied':
      return { ...connection, ...header.ends, proxied: { tls: header.tls } };
    case 'Local':
      return { ...connection, local: true };
    default:
      return connection;
  }
}
