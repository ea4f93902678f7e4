import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Access } from '../../cluster/control-plane/kubeconfig.ts';

/** A request for the real API server, as it came. */
export interface Forwarded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The real API server, asked as the administrator. */
export class Upstream {
  readonly #url: string;
  readonly #agent: Agent;

  constructor({ url, certificateAuthority, clientCertificate, clientKey }: Access) {
    this.#url = url;
    // Made once: a watch is a connection, and there are many.
    const secureContext = createSecureContext({
      ca: certificateAuthority,
      cert: clientCertificate,
      key: clientKey,
    });
    this.#agent = new Agent({ keepAlive: true, secureContext });
  }

  /** Resolves when the answer begins. */
  async ask({ method, url, headers, body }: Forwarded): Promise<IncomingMessage> {
    // What is read here must not be compressed.
    const { 'accept-encoding': _, ...others } = headers;
    const sent = httpsRequest(`${this.#url}${url}`, {
      method,
      headers: { ...others, host: new URL(this.#url).host },
      agent: this.#agent,
    });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}
