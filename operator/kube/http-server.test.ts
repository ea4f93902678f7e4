import { afterEach, describe, expect, it } from '@jest/globals';
import { type Checks, type HttpServer, metricsPage, probe, serveHttp } from './http-server.ts';
import { createMetrics, observeProcess } from './metrics.ts';

let server: HttpServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(checks: Checks): Promise<string> {
  const { registry } = createMetrics();
  observeProcess(registry);
  server = await serveHttp({
    host: '127.0.0.1',
    port: 0,
    routes: { '/readyz': probe(checks), '/metrics': metricsPage(registry) },
  });
  return `http://127.0.0.1:${server.port}`;
}

async function get(url: string, method = 'GET'): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url, { method });
  return { status: response.status, body: await response.text() };
}

describe('serveHttp', () => {
  it('answers a probe with what is wrong', async () => {
    let problem: string | undefined = 'not synced yet';
    const url = await serve({ caches: () => problem, lease: () => undefined });

    const before = await get(`${url}/readyz`);
    problem = undefined;
    const after = await get(`${url}/readyz?verbose`);

    expect(before).toEqual({ status: 503, body: 'caches: not synced yet\n' });
    expect(after).toEqual({ status: 200, body: 'ok\n' });
  });

  it('shows the metrics', async () => {
    const url = await serve({});

    const { status, body } = await get(`${url}/metrics`);

    expect(status).toBe(200);
    expect(body).toContain('process_cpu_seconds_total');
  });

  it.each([
    { desc: 'a path that it does not have', path: '/toString', method: 'GET', status: 404 },
    { desc: 'another method', path: '/readyz', method: 'POST', status: 405 },
  ])('refuses $desc', async ({ path, method, status }) => {
    const url = await serve({});

    await expect(get(url + path, method)).resolves.toMatchObject({ status });
  });
});
