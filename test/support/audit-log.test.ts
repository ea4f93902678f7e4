import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isWrite, openAuditLog } from './audit-log.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-log-'));
  path = join(folder, 'audit.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function line(verb: string, stage = 'ResponseComplete'): string {
  return `${JSON.stringify({ verb, stage, user: { username: 'Jörg' } })}\n`;
}

describe('openAuditLog', () => {
  it('gives what was added since, as far as it is complete', () => {
    const entry = Buffer.from(line('patch'));
    const middle = entry.indexOf('ö') + 1;
    writeFileSync(path, line('create'));
    const log = openAuditLog(path);

    appendFileSync(path, entry.subarray(0, middle));
    const before = log.requests();
    appendFileSync(path, entry.subarray(middle));
    appendFileSync(path, line('delete'));
    const after = log.requests();

    expect(before).toEqual([]);
    expect(after.map(({ verb, user }) => [verb, user.username])).toEqual([
      ['patch', 'Jörg'],
      ['delete', 'Jörg'],
    ]);
    expect(log.requests()).toEqual(after);
  });

  it('keeps only what is wanted', () => {
    writeFileSync(path, '');
    const log = openAuditLog(path, isWrite);

    appendFileSync(path, line('get') + line('update') + line('update', 'ResponseStarted') + line('watch'));

    expect(log.requests().map(({ verb }) => verb)).toEqual(['update']);
  });
});
