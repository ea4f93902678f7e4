import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach } from '@jest/globals';
import type { ParsedRequest } from './messages.ts';
import { httpBackend, startHttpProxy, type HttpProxy, type HttpProxyOptions } from './proxy.ts';
import { connectRaw, type RawClient } from './raw-client.ts';
import { startRecordingUpstream, type RecordingUpstream } from './recording-upstream.ts';

/** Writes the response to a request. */
export type Answer = (request: ParsedRequest, socket: Socket) => void;

/** A client that is connected to a proxy with one server behind it. */
export interface Scene {
  readonly proxy: HttpProxy;
  readonly upstream: RecordingUpstream;
  readonly client: RawClient;
}

export type SetScene = (answer?: string | Answer, frontend?: HttpProxyOptions['frontend']) => Promise<Scene>;

/** For the tests of the file it is called in: sets scenes, and clears them away after each test. */
export function httpScenes(): SetScene {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) {
      await close();
    }
  });
  return async (answer, frontend = {}) => {
    const write: Answer | undefined =
      typeof answer === 'string' ? (_request, socket) => void socket.write(answer, 'latin1') : answer;
    const upstream = await startRecordingUpstream(write);
    const proxy = await startHttpProxy({ frontend, backends: [httpBackend([upstream.port])] });
    const client = await connectRaw(proxy.port);
    closers.push(
      async () => upstream.close(),
      async () => proxy.close(),
      () => void client.socket.destroy(),
    );
    return { proxy, upstream, client };
  };
}

/** A test that waits longer than this waits for what does not come. */
const PATIENCE_MS = 30_000;

/**
 * Waits until something holds that happens in this process.
 *
 * @throws if it does not within half a minute, with the condition as it was written: a wait that never ends would keep its test file running for
 *   ever after the test itself has given up
 */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`waited in vain for ${String(condition)}`);
    }
    await turn();
  }
}

/** A response with a length. */
export function ok(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A request without a body. */
export function get(path = '/a', fields = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: twc.example.com\r\n${fields}\r\n`;
}
