import type { FrontendConfig } from '../config/types.ts';

/** Says why a frontend can't be listened on, and what to do. */
export function listenFailure(error: NodeJS.ErrnoException, { address, port }: FrontendConfig): string {
  const code = error.code ?? 'unknown error';
  switch (code) {
    case 'EADDRINUSE':
      return `${code}: port ${port} on ${address} is taken by another program: end that, or use another port or address`;
    case 'EACCES':
      return `${code}: port ${port} may not be used by this user: use a port from 1024 on, or allow it with the capability NET_BIND_SERVICE`;
    case 'EADDRNOTAVAIL':
      return `${code}: this host does not have the address ${address}: add it to an interface, or use "::"`;
    default:
      return `${code}: ${error.message}`;
  }
}
