import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accessLogger } from './access.ts';
import { createLogger } from './log.ts';
import type { AccessEntry, RequestEntry } from './types.ts';
import { BatchedWriter, type LineWriter } from './writer.ts';

class Lines implements LineWriter {
  readonly lines: string[] = [];

  line(text: string): void {
    this.lines.push(text);
  }

  get parsed(): readonly Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

describe('createLogger', () => {
  it('writes what is at least as grave as its level', () => {
    const out = new Lines();
    const log = createLogger({ level: 'warn', writer: out, fields: { worker: 7 } });

    log.info('unseen');
    log.warn('careful', { port: 443 });
    log.error('broken', { error: new Error('no such file') });

    expect(out.parsed).toMatchObject([
      { level: 'warn', msg: 'careful', worker: 7, port: 443 },
      { level: 'error', msg: 'broken', worker: 7, error: 'no such file' },
    ]);
    expect(Date.parse(String(out.parsed[0]?.time))).not.toBeNaN();
  });
});

describe('accessLogger', () => {
  const base = {
    frontend: 'web',
    source: '192.0.2.7',
    backend: 'rest',
    server: 'twc:8111',
    durationMs: 12,
    bytesIn: 1,
    bytesOut: 2,
    error: null,
  } as const;
  const request: RequestEntry = {
    ...base,
    kind: 'request',
    method: 'GET',
    host: 'a.test',
    path: '/osmc',
    status: 200,
  };
  const connection: AccessEntry = { ...base, kind: 'connection' };
  const entries: readonly AccessEntry[] = [
    connection,
    { ...connection, error: 'the server closed with an error' },
    request,
    { ...request, status: 503 },
    { ...request, status: 404 },
  ];

  it.each([
    ['Off', []],
    ['Errors', [1, 3]],
    ['All', [0, 1, 2, 3, 4]],
  ] as const)('%s logs the entries %j', (level, expected) => {
    const out = new Lines();
    const log = accessLogger(level, out);

    for (const entry of entries) {
      log.log(entry);
    }

    expect(out.parsed).toMatchObject(expected.map((index) => ({ ...entries[index] })));
    expect(out.parsed).toHaveLength(expected.length);
  });

  it.each(['Off', 'Errors', 'All'] as const)('%s wants the requests that it logs', (level) => {
    const wanted = entries.map((entry) => {
      const out = new Lines();
      const log = accessLogger(level, out);
      log.log(entry);
      const written = out.lines.length > 0;
      return entry.kind === 'connection' || log.wants?.(entry.status, entry.error !== null) === written;
    });

    expect(wanted).toEqual(entries.map(() => true));
  });

  it('cuts what a client makes too long and keeps one line per entry', () => {
    const out = new Lines();

    accessLogger('All', out).log({ ...request, path: `/\n${'x'.repeat(5000)}` });

    expect(out.lines[0]).not.toContain('\n');
    expect(String(out.parsed[0]?.path)).toHaveLength(1027);
  });
});

describe('BatchedWriter', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps order and loses nothing, also at the end of the process', () => {
    const file = join(folder, 'out');
    const fd = openSync(file, 'a');
    const writer = new BatchedWriter(fd);
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} äöü`);

    for (const line of lines) {
      writer.line(line);
    }
    writer.flushSync();
    closeSync(fd);

    expect(readFileSync(file, 'utf8')).toBe(`${lines.join('\n')}\n`);
  });

  it('writes without being asked to, in the background', async () => {
    const script = `
      const { BatchedWriter } = await import(process.argv[1]);
      const writer = new BatchedWriter(1);
      for (let i = 0; i < 20000; i += 1) writer.line('line ' + i);
      setTimeout(() => {}, 1);
    `;
    const source = fileURLToPath(new URL('writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

    const output = await text(child.stdout);

    expect(output).toBe(Array.from({ length: 20000 }, (_, index) => `line ${index}\n`).join(''));
  });

  it('does not stop the process when nobody reads', async () => {
    const script = `
      const { BatchedWriter } = await import(process.argv[1]);
      const writer = new BatchedWriter(1);
      for (let i = 0; i < 3000; i += 1) writer.line('x'.repeat(100));
      setTimeout(() => process.stderr.write('still running'), 20);
      process.stdin.on('data', () => process.exit()).on('end', () => process.exit());
    `;
    const source = fileURLToPath(new URL('writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, source], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });

    const said = await new Promise<string>((resolve) => {
      child.stderr.once('data', (chunk: Buffer) => resolve(String(chunk)));
    });
    child.stdin.end();
    child.kill('SIGKILL');

    expect(said).toBe('still running');
  });
});
