import { describe, expect, it } from '@jest/globals';
import { httpBackend, httpFrontend } from '../../test/support/http/proxy.ts';
import { startRecordingUpstream } from '../../test/support/http/recording-upstream.ts';
import { get, httpScenes, ok, until, type Answer } from '../../test/support/http/scene.ts';

const setUp = httpScenes();
const LIMIT = 3;
const SICK = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';

/** Which server takes each of so many requests, one after the other: `s` the one that answers so, `h` another one, which is healthy. */
async function takers(answer: string | Answer, count: number): Promise<string> {
  const { proxy, client, upstream: healthy } = await setUp(ok('hello'));
  const write: Answer = typeof answer === 'string' ? (_request, socket) => void socket.write(answer) : answer;
  const sick = await startRecordingUpstream(write);
  const health = { passive: { failures: LIMIT }, slowStart: 0 };
  proxy.serve(httpFrontend({ backends: [httpBackend([sick.port, healthy.port], { health })] }));
  for (let index = 0; index < count; index += 1) {
    await client.send(get());
    await until(() => proxy.requests.length > index);
  }
  await sick.close();
  return proxy.requests
    .map(({ server }) => (server?.endsWith(`:${sick.port}`) === true ? 's' : 'h'))
    .join('');
}

/** As many as are needed for the limit in turn, and some more. */
const COUNT = 2 * LIMIT + 4;

describe('a server', () => {
  it.each([
    ['answers 502', SICK.replace('503', '502')],
    ['answers 503', SICK],
    ['answers 504', SICK.replace('503', '504')],
    ['answers nonsense', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['closes without an answer', ((_request, socket) => void socket.end()) satisfies Answer],
  ])('that %s three times in a row is avoided', async (_, answer) => {
    const result = await takers(answer, COUNT);

    expect(result.split('s')).toHaveLength(LIMIT + 1);
    expect(result.endsWith('hhhh')).toBe(true);
  });

  it.each([
    ['answers 500, which is its application', SICK.replace('503', '500')],
    ['answers well in between', alternating(SICK, ok('hello'))],
  ])('that %s keeps its share', async (_, answer) => {
    const result = await takers(answer, COUNT);

    expect(result.split('s')).toHaveLength(COUNT / 2 + 1);
  });
});

function alternating(...answers: readonly string[]): Answer {
  let number = 0;
  return (_request, socket) => {
    socket.write(answers[number % answers.length] ?? '');
    number += 1;
  };
}
