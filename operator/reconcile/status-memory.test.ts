import { describe, expect, it } from '@jest/globals';
import { createStatusMemory } from './status-memory.ts';
import { proxyWith } from './testdata/inputs.ts';

describe('the memory of what was written', () => {
  const proxy = { ...proxyWith({}), status: { addresses: 'as the watch has it' } };
  const key = { namespace: 'mcs', name: 'twc' };

  it('is newer than what a watch has', () => {
    const memory = createStatusMemory();

    expect(memory.recall(proxy)).toBe(proxy);
    memory.remember(proxy, { addresses: 'written' });
    expect(memory.recall(proxy).status).toEqual({ addresses: 'written' });
    expect(memory.recall(proxy).spec).toBe(proxy.spec);
  });

  it('is of one resource, and not of the next one of that name', () => {
    const memory = createStatusMemory();
    memory.remember(proxy, { addresses: 'written' });
    const next = { ...proxy, metadata: { ...proxy.metadata, uid: 'another' } };

    expect(memory.recall(next)).toBe(next);
  });

  it('ends with the resource', () => {
    const memory = createStatusMemory();
    memory.remember(proxy, { addresses: 'written' });

    memory.forget(key);

    expect(memory.recall(proxy)).toBe(proxy);
  });
});
