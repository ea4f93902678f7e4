import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../kube/types.ts';
import { createSecretReader } from './secret-reader.ts';

const KEY = { namespace: 'models', name: 'twc-tls' };

function secret(resourceVersion: string): Secret {
  return { kind: 'Secret', metadata: { ...KEY, resourceVersion } };
}

/** A Secret in the API server, and how far the watch has come. */
function scene() {
  const state = { stored: secret('1') as Secret | undefined, watched: '1' as string | undefined, reads: 0 };
  const reader = createSecretReader({
    async get() {
      state.reads += 1;
      return state.stored;
    },
    versionOf: () => state.watched,
  });
  return { state, reader };
}

describe('createSecretReader', () => {
  it('reads a version once', async () => {
    const { state, reader } = scene();

    await reader.read(KEY);

    expect(await reader.read(KEY)).toEqual(secret('1'));
    expect(state.reads).toBe(1);
  });

  it('reads again when the watch tells of another version', async () => {
    const { state, reader } = scene();
    await reader.read(KEY);

    state.stored = secret('2');
    state.watched = '2';

    expect(await reader.read(KEY)).toEqual(secret('2'));
  });

  it('gives what was written once the watch has seen it, and reads until then', async () => {
    const { state, reader } = scene();
    await reader.read(KEY);

    state.stored = secret('2');
    reader.remember(secret('2'));

    expect(await reader.read(KEY)).toEqual(secret('2'));
    expect(state.reads).toBe(2);
    state.watched = '2';
    expect(await reader.read(KEY)).toEqual(secret('2'));
    expect(state.reads).toBe(2);
  });

  it('reads after a write of which nobody knows whether it happened, though the watch has seen none', async () => {
    const { state, reader } = scene();
    await reader.read(KEY);

    state.stored = secret('2');
    reader.forget(KEY);

    expect(await reader.read(KEY)).toEqual(secret('2'));
  });

  it('asks for what the watch has not', async () => {
    const { state, reader } = scene();
    state.watched = undefined;
    state.stored = undefined;

    expect(await reader.read(KEY)).toBeUndefined();
    state.stored = secret('1');
    expect(await reader.read(KEY)).toEqual(secret('1'));
  });
});
