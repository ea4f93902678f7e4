import type { Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import type { ParsedRequest } from '../http/messages.ts';
import { httpBackend, startHttpProxy, type HttpProxy, type HttpProxyOptions } from '../http/proxy.ts';
import { startRecordingUpstream, type RecordingUpstream } from '../http/recording-upstream.ts';
import type { Answer } from '../http/scene.ts';
import { connectHttp2, type ClientOptions, type Http2Client } from './client.ts';

/** A client that is connected to a proxy with one server behind it. */
export interface Http2Scene {
  readonly proxy: HttpProxy;
  readonly upstream: RecordingUpstream;
  readonly client: Http2Client;
  /** Connects another one. */
  readonly connect: (options?: ClientOptions) => Promise<Http2Client>;
}

export interface Http2SceneOptions {
  /** What the server answers each request with. */
  readonly answer?: string | Answer;
  readonly frontend?: HttpProxyOptions['frontend'];
  readonly client?: ClientOptions;
}

/** For the tests of the file it is called in: sets scenes, and clears them away after each test. */
export function http2Scenes(): (options?: Http2SceneOptions) => Promise<Http2Scene> {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) {
      await close();
    }
  });
  return async ({ answer, frontend = {}, client: clientOptions } = {}) => {
    const upstream = await startRecordingUpstream(writer(answer));
    const proxy = await startHttpProxy({ frontend, backends: [httpBackend([upstream.port])], version: 2 });
    closers.push(
      async () => upstream.close(),
      async () => proxy.close(),
    );
    const connect = async (options?: ClientOptions): Promise<Http2Client> => {
      const client = await connectHttp2(proxy.port, options);
      closers.push(() => void client.raw.socket.destroy());
      return client;
    };
    return { proxy, upstream, client: await connect(clientOptions), connect };
  };
}

function writer(answer: string | Answer | undefined): Answer | undefined {
  return typeof answer === 'string'
    ? (_request: ParsedRequest, socket: Socket) => void socket.write(answer, 'latin1')
    : answer;
}
