import { once } from 'node:events';
import { createServer } from 'node:net';

/** What an attempt to listen on an address and port showed. */
export type Bindable = 'Free' | 'InUse' | 'Denied' | 'NotHere';

/** Tells whether an address and port can be listened on. */
export type Probe = (address: string, port: number) => Promise<Bindable>;

const BY_ERROR_CODE: Readonly<Record<string, Bindable>> = {
  EADDRINUSE: 'InUse',
  EACCES: 'Denied',
  EPERM: 'Denied',
  EADDRNOTAVAIL: 'NotHere',
  EINVAL: 'NotHere',
  EAFNOSUPPORT: 'NotHere',
};

/**
 * Listens for a moment. Only this tells the truth: a list of interfaces knows neither 127.0.0.2, nor addresses that may be bound although
 * another host has them now (`ip_nonlocal_bind`, as with keepalived), nor from which port on a privilege is needed.
 */
export async function probeBind(address: string, port: number): Promise<Bindable> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return 'Free';
  } catch (error) {
    const known = BY_ERROR_CODE[(error as NodeJS.ErrnoException).code ?? ''];
    if (known === undefined) throw error;
    return known;
  } finally {
    server.close();
  }
}
