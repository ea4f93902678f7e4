import { describe, expect, it } from '@jest/globals';
import { createStatusMemory } from './status-memory.ts';
import { proxyWith } from './testdata/inputs.ts';

describe('the memory of what was written', () => {
  const proxy = { ...proxyWith({}), status: { addresses: 'as the watch has it' } };
  const key = { namespace: 'mcs', name: 'twc' };

  it('is newer than what a watch has', () => {
    const memory = createStatusMemory();

    expect(memory.recall(proxy)).toBe(proxy);
    memory.remember(proxy, { addresses: 'written' }, 1000);
    expect(memory.recall(proxy).status).toEqual({ addresses: 'written' });
    expect(memory.recall(proxy).spec).toBe(proxy.spec);
  });

  it('is of one resource, and not of the next one of that name', () => {
    const memory = createStatusMemory();
    memory.remember(proxy, { addresses: 'written' }, 1000);
    const next = { ...proxy, metadata: { ...proxy.metadata, uid: 'another' } };

    expect(memory.recall(next)).toBe(next);
  });

  it('knows when that was, and whether a view has come to it', () => {
    const memory = createStatusMemory();
    const seen = { ...proxy, metadata: { ...proxy.metadata, resourceVersion: '7' } };
    const later = { ...proxy, metadata: { ...proxy.metadata, resourceVersion: '8' } };
    const before = [memory.writtenAt(seen), memory.isBehind(seen)];

    memory.remember(seen, { addresses: 'written' }, 1000);

    expect(before).toEqual([undefined, false]);
    expect(memory.writtenAt(later)).toBe(1000);
    expect([memory.isBehind(seen), memory.isBehind(later)]).toEqual([true, false]);
  });

  it('ends with the resource', () => {
    const memory = createStatusMemory();
    memory.remember(proxy, { addresses: 'written' }, 1000);

    memory.forget(key);

    expect(memory.recall(proxy)).toBe(proxy);
  });
});
