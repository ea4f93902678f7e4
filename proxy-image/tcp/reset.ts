import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Ends a connection at once, with a TCP reset where that is possible. Of a TLS connection Node can't reset the transport; there the
 * missing close_notify says that it was cut (RFC 8446 section 6.1).
 */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) {
    return;
  }
  if (socket instanceof TLSSocket) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
