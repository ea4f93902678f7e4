import type { Socket } from 'node:net';
import { expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { CHROMIUM, startChromium } from '../support/browser/chromium.ts';
import { describeWith } from '../support/describe-with.ts';
import { startTcpServer } from '../support/tcp.ts';
import { metric } from './support/processes.ts';
import { scenes } from './support/scene.ts';
import { certificate, HOSTNAME } from './support/site.ts';

// It starts a proxy and a browser.
jest.setTimeout(120_000);

const set = scenes();

/** A server's answer to the first message of NTLM ([MS-NLMP] section 2.2.1.2): Unicode, no target name, target information without any entry. */
function challenge(): string {
  const message = Buffer.alloc(52);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(52, 16);
  // Unicode, NTLM, always sign, extended session security, target information.
  message.writeUInt32LE(0x0000_0001 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000 | 0x0080_0000, 20);
  message.write('12345678', 24, 'latin1');
  message.writeUInt16LE(4, 40);
  message.writeUInt16LE(4, 42);
  message.writeUInt32LE(48, 44);
  return message.toString('base64');
}

/** The kind of message that a client's Authorization holds; 0 without NTLM. */
function messageType(head: string): number {
  const [, token] = /^authorization: NTLM (\S+)/im.exec(head) ?? [];
  return token === undefined ? 0 : Buffer.from(token, 'base64').readUInt32LE(8);
}

/** A server of which the user of a connection is whoever has logged in on it by NTLM, as IIS and Active Directory have it. */
async function startNtlmServer(): Promise<{ readonly port: number; readonly messages: readonly number[] }> {
  const messages: number[] = [];
  const authenticated = new WeakSet<Socket>();
  const server = await startTcpServer((socket) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        socket.write(answer(socket, head));
      }
    });
  });
  set.after(async () => server.close());
  return { port: server.port, messages };

  function answer(socket: Socket, head: string): string {
    if (!head.startsWith('GET /ntlm ')) {
      return page('200 OK', 'welcome');
    }
    const type = messageType(head);
    messages.push(type);
    if (type === 3 || authenticated.has(socket)) {
      authenticated.add(socket);
      return page('200 OK', 'logged in');
    }
    const offer = type === 1 ? `NTLM ${challenge()}` : 'NTLM';
    return page('401 Unauthorized', 'who are you?', `WWW-Authenticate: ${offer}\r\n`);
  }
}

function page(status: string, body: string, fields = ''): string {
  return `HTTP/1.1 ${status}\r\n${fields}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** What a browser shows of a page. */
async function visit(tab: Page, url: string): Promise<string | null> {
  await tab.goto(url);
  return tab.textContent('body');
}

describeWith(CHROMIUM, 'a login by NTLM, which is one of a connection', () => {
  it('is done by a browser over HTTP/1.1, though it has come over HTTP/2', async () => {
    const server = await startNtlmServer();
    const shown = certificate();
    const { proxy, ports } = await set.start({ http: [server.port], certificate: shown });
    const browser = await startChromium({ hosts: { [HOSTNAME]: '127.0.0.1' }, trusted: [shown.chainPem] });
    set.after(async () => browser.close());
    const context = await browser.newContext({ httpCredentials: { username: 'user', password: 'secret' } });
    const tab = await context.newPage();
    const site = `https://${HOSTNAME}:${ports.secure}`;

    const first = await visit(tab, `${site}/`);
    const login = await visit(tab, `${site}/ntlm`);

    expect([first, login]).toEqual(['welcome', 'logged in']);
    // The first time it asks over HTTP/2, and is sent elsewhere; then come the three steps, on one connection to the server.
    expect(server.messages).toEqual([0, 0, 1, 3]);
    expect(
      await metric(proxy, 'teamwork_proxy_http_faults_total', {
        frontend: 'secure',
        fault: 'Http11Required',
      }),
    ).toBe(1);
  });
});
