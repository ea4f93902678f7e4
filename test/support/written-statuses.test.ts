import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writtenStatuses } from './written-statuses.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'written-statuses-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, ready: string, code = 200): object {
  const responseObject =
    code === 200
      ? {
          metadata: { name, generation: 2 },
          status: { observedGeneration: 2, conditions: [{ type: 'Ready', status: 'False', reason: ready }] },
        }
      : { kind: 'Status', code };
  const objectRef = { resource: 'teamworkproxies', subresource: 'status', name };
  return { stage: 'ResponseComplete', objectRef, responseStatus: { code }, responseObject };
}

describe('writtenStatuses', () => {
  it('gives the first resource of each kind of status, and leaves out what was refused', async () => {
    const entries = [
      {
        stage: 'ResponseComplete',
        objectRef: { resource: 'teamworkproxies' },
        responseStatus: { code: 201 },
      },
      write('first', 'Pending'),
      write('second', 'Pending'),
      write('refused', 'Expired', 409),
      write('third', 'WrongPassword'),
    ];
    const log = join(folder, 'audit.jsonl');
    writeFileSync(log, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));

    const statuses = await writtenStatuses(log);

    expect([...statuses].map(([kind, { metadata }]) => [metadata.name, kind])).toEqual([
      ['first', 'present Ready=False/Pending'],
      ['third', 'present Ready=False/WrongPassword'],
    ]);
  });
});
