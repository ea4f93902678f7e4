import { describe, expect, it } from '@jest/globals';
import { FakeClock, turn } from '../../../test/support/fake-clock.ts';
import { CONFIG_MAPS } from '../resources.ts';
import { ApiError } from './errors.ts';
import type { KubeClient } from './kube-client.ts';
import { createRestClient } from './rest-client.ts';
import type { Transport, TransportRequest } from './transport.ts';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

const KEY = { namespace: 'tools', name: 'a' };

/** A client whose server gives these replies, one after the other and the last one for ever; undefined is none at all. */
function clientOf(...replies: readonly (Reply | undefined)[]) {
  const clock = new FakeClock();
  const requests: (TransportRequest & { readonly at: number })[] = [];
  const transport: Transport = {
    host: 'api:443',
    async send(request) {
      const reply = replies[Math.min(requests.length, replies.length - 1)];
      requests.push({ ...request, at: clock.monotonic() });
      if (reply === undefined) {
        await new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
        });
      }
      const { status = 0, headers = {}, body = {} } = reply ?? {};
      return { status, headers, body: bytes(typeof body === 'string' ? body : JSON.stringify(body)) };
    },
    close() {},
  };
  const client = createRestClient({ transport, userAgent: 'test/0', clock });
  return { client, clock, requests };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** What a request comes to. */
function outcome(request: Promise<unknown>) {
  const state: { value?: unknown; error?: Error } = {};
  request.then(
    (value) => (state.value = value),
    (error: unknown) => (state.error = error as Error),
  );
  return state;
}

function read(client: KubeClient, signal?: AbortSignal) {
  return outcome(client.get(CONFIG_MAPS, KEY, signal === undefined ? {} : { signal }));
}

describe('the client', () => {
  it.each([
    { desc: 'by a header', reply: { status: 429, headers: { 'retry-after': '2' } } },
    { desc: 'by the Status', reply: { status: 503, body: { details: { retryAfterSeconds: 2 } } } },
  ])('repeats a request after the time that the server asks for $desc', async ({ reply }) => {
    const { client, clock, requests } = clientOf(reply, { status: 200, body: { data: { a: '1' } } });
    const state = read(client);

    await clock.advance(1999);
    const before = requests.length;
    await clock.advance(1);

    expect(before).toBe(1);
    expect(state.value).toEqual({ data: { a: '1' } });
  });

  it.each([
    { desc: 'too long a patience', reply: { status: 429, headers: { 'retry-after': '31' } }, attempts: 1 },
    { desc: 'no patience', reply: { status: 503 }, attempts: 1 },
    {
      desc: 'patience again and again',
      reply: { status: 429, headers: { 'retry-after': '1' } },
      attempts: 10,
    },
    {
      desc: 'patience in an error of another kind',
      reply: { status: 500, headers: { 'retry-after': '1' } },
      attempts: 1,
    },
  ])('leaves it to the caller when the server asks for $desc', async ({ reply, attempts }) => {
    const { client, clock, requests } = clientOf(reply);
    const state = read(client);

    await clock.advance(60_000);

    expect(state.error).toMatchObject({ name: 'ApiError', status: reply.status });
    expect(requests).toHaveLength(attempts);
  });

  it('gives up a request that is not answered in time', async () => {
    const { client, clock } = clientOf(undefined);
    const state = read(client);

    await clock.advance(29_999);
    const before = state.error;
    await clock.advance(1);

    expect(before).toBeUndefined();
    expect(state.error?.message).toBe('GET /api/v1/namespaces/tools/configmaps/a: no answer within 30000 ms');
    expect(clock.pending).toBe(0);
  });

  it('gives up while it waits for the server when it is told to', async () => {
    const { client, clock, requests } = clientOf({ status: 429, headers: { 'retry-after': '20' } });
    const stopping = new AbortController();
    const state = read(client, stopping.signal);
    await clock.advance(1000);

    stopping.abort(new Error('stopping'));
    await turn();

    expect(state.error?.message).toBe('stopping');
    expect(requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('asks for leave before each request, repetitions included', async () => {
    const { client, clock, requests } = clientOf({ status: 429, headers: { 'retry-after': '1' } });
    let allowed = true;
    const bound = client.withSignal(new AbortController().signal, () => {
      if (!allowed) throw new Error('not the leader');
    });
    const state = read(bound);
    await turn();

    allowed = false;
    await clock.advance(1000);

    expect(requests).toHaveLength(1);
    expect(state.error?.message).toBe('not the leader');
  });

  it('has the transport ask for leave once more, right before it sends', async () => {
    const { client, requests } = clientOf({ status: 200 });
    let allowed = true;
    const bound = client.withSignal(new AbortController().signal, () => {
      if (!allowed) throw new Error('not the leader');
    });
    read(bound);
    await turn();

    allowed = false;

    expect(() => requests[0]?.beforeSending?.()).toThrow('not the leader');
  });

  it('quotes an answer that does not come from the API server', async () => {
    const { client } = clientOf({ status: 502, body: '<html><h1>Bad gateway</h1></html>' });
    const state = read(client);

    await turn();

    expect(state.error).toBeInstanceOf(ApiError);
    expect(state.error?.message).toBe(
      'GET /api/v1/namespaces/tools/configmaps/a: answered with status 502: <html><h1>Bad gateway</h1></html>',
    );
  });

  it('names the fields that the server found wrong', async () => {
    const causes = [
      { field: 'spec.ports[0].port', message: 'must be between 1 and 65535' },
      { message: 'no field' },
    ];
    const { client } = clientOf({
      status: 422,
      body: { reason: 'Invalid', message: 'bad', details: { causes } },
    });
    const state = read(client);

    await turn();

    expect(state.error).toMatchObject({ reason: 'Invalid', fields: ['spec.ports[0].port'] });
  });
});
