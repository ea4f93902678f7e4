import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  data,
  Flags,
  frame,
  GET,
  headers,
  POST,
  PREFACE,
  settings,
  Type,
  windowUpdate,
} from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();
const { EndHeaders, EndStream, None } = Flags;

describe('a connection is ended', () => {
  it.each([
    ['the preface is not complete', [PREFACE.subarray(0, 10)], ErrorCode.ProtocolError],
    ['SETTINGS are not complete', [PREFACE, settings([4, 1]).subarray(0, 12)], ErrorCode.ProtocolError],
    ['our settings are not acknowledged', [PREFACE, settings()], ErrorCode.SettingsTimeout],
    ['nothing comes at all', [], ErrorCode.ProtocolError],
  ])('when %s in time', async (_what, frames, code) => {
    const { connect } = await setUp({ frontend: { timeouts: { header: 200 } } });
    const client = await connect({ greets: false });

    await client.send(...frames);

    expect(await client.goneAway()).toBe(code);
  });

  it.each([
    ['a header block', [headers(1, GET, EndStream), frame(Type.Continuation, None, 1)]],
    ['a frame', [headers(1).subarray(0, 20)]],
  ])('when %s is not complete in time', async (_what, frames) => {
    const { client } = await setUp({ frontend: { timeouts: { header: 200 } } });

    await client.send(...frames);

    expect(await client.goneAway()).toBe(ErrorCode.ProtocolError);
  });

  it('when there is no further request in time', async () => {
    const { client } = await setUp({ frontend: { timeouts: { keepAlive: 200 } } });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 200 });
    expect(await client.goneAway()).toBe(ErrorCode.NoError);
  });

  it('but not while a request is open, or its frames come one by one', async () => {
    const { client } = await setUp({ frontend: { timeouts: { header: 1_000, keepAlive: 1_000 } } });

    await client.send(headers(1, POST, EndHeaders));
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      const bytes = data(1, 'x');
      await client.send(bytes.subarray(0, 5));
      await client.send(bytes.subarray(5));
      await turn();
    }
    await client.send(data(1, '', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 200 });
  });
});

describe('a request', () => {
  const short = { timeouts: { request: 200 } };

  it('that is not answered in time gets 504', async () => {
    const { client, proxy } = await setUp({ answer: () => undefined, frontend: short });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 504, ended: true });
    expect(proxy.requests).toMatchObject([{ status: 504, error: 'ResponseTimeout' }]);
  });

  it('whose body does not come in time gets 408', async () => {
    const { client } = await setUp({ answer: () => undefined, frontend: short });

    await client.send(headers(1, POST, EndHeaders), data(1, 'x'));

    expect(await client.response(1)).toMatchObject({ status: 408, ended: true });
  });

  it('may take longer than that, as long as its body goes on', async () => {
    const { client } = await setUp({ frontend: { timeouts: { request: 600 } } });

    await client.send(headers(1, POST, EndHeaders));
    const until = performance.now() + 1_500;
    while (performance.now() < until) {
      await client.send(data(1, 'x'));
      await turn();
    }
    await client.send(data(1, '', EndStream));

    expect(await client.response(1)).toMatchObject({ status: 200 });
  });

  it('may take longer than that, as long as its response goes on', async () => {
    const length = 50_000_000;
    const { client } = await setUp({
      answer: (_request, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
        socket.write(Buffer.alloc(65_536));
      },
      frontend: { timeouts: { request: 600 } },
      client: { settings: [[4, 0]] },
    });

    await client.send(headers(1));
    const until = performance.now() + 1_500;
    while (performance.now() < until) {
      await client.send(windowUpdate(1, 1));
      await turn();
    }

    expect(client.soFar(1)).toMatchObject({ status: 200, reset: null });
  });

  it('whose response stalls is reset', async () => {
    const { client, proxy } = await setUp({
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello',
      frontend: short,
    });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ body: 'hello', reset: ErrorCode.InternalError });
    expect(proxy.requests).toMatchObject([{ status: 200, error: 'UpstreamStalled' }]);
  });

  it.each([
    ['the server has more', 1_000_000],
    ['the server is done', 5_000],
  ])('whose client gives no window is reset, when %s', async (_what, length) => {
    const { client, proxy } = await setUp({
      answer: `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`,
      frontend: short,
      client: { settings: [[4, 1_000]] },
    });

    await client.send(headers(1));
    const response = await client.response(1);

    expect(response.body).toHaveLength(1_000);
    expect(response.reset).not.toBeNull();
    expect(proxy.requests).toMatchObject([{ status: 200, error: 'ClientStalled' }]);
  });
});
