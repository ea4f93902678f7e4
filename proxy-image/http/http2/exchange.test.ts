import { describe, expect, it } from '@jest/globals';
import { ok } from '../../../test/support/http/scene.ts';
import { headers } from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';

const setUp = http2Scenes();

describe('a response', () => {
  it('with a length passes with lower-case names', async () => {
    const { client, upstream } = await setUp({ answer: ok('hello', 'X-A: 1\r\n') });

    await client.send(headers(1));
    const response = await client.response(1);

    expect(response).toEqual({
      status: 200,
      fields: [
        [':status', '200'],
        ['x-a', '1'],
        ['content-length', '5'],
      ],
      interim: [],
      body: 'hello',
      ended: true,
      reset: null,
    });
    expect(upstream.requests()).toMatchObject([{ method: 'GET', target: '/a', version: 'HTTP/1.1' }]);
  });
});
