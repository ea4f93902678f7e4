import { describe, expect, it } from '@jest/globals';
import { BROKEN, document, type Json } from './testdata/documents.ts';
import { parseConfig, validateConfig } from './validate.ts';

/** Sets what stands at a path such as `frontends[0].port`; undefined removes it. */
function set(target: unknown, path: string, value: unknown): void {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Json>((object, key) => object[key] as Json, target as Json);
  if (value === undefined) {
    delete parent[last];
  } else {
    parent[last] = value;
  }
}

function errorsOf(...changes: readonly (readonly [path: string, value: unknown])[]) {
  const broken: unknown = JSON.parse(JSON.stringify(document()));
  for (const [path, value] of changes) {
    set(broken, path, value);
  }
  const result = validateConfig(broken);
  return result.ok ? [] : result.errors.map(({ path, message }) => `${path} ${message}`);
}

describe('validateConfig', () => {
  it('takes a document in which everything is right', () => {
    const result = validateConfig(document());

    expect(result).toEqual({ ok: true, config: document() });
  });

  it('takes a document that serves nothing', () => {
    const result = validateConfig({
      version: 1,
      accessLog: 'Off',
      certificates: [],
      frontends: [],
      backends: [],
    });

    expect(result.ok).toBe(true);
  });

  it.each(BROKEN)('%s = %j', (path, value, expected) => {
    expect(errorsOf([path, value])).toEqual([expected]);
  });

  it('reports everything at once', () => {
    const errors = errorsOf(
      ['frontends[0].port', -1],
      ['frontends[0].routes[0].backend', 'none'],
      ['frontends[2].timeouts', undefined],
      ['backends[1].servers[0].port', 'x'],
    );

    expect(errors.map((error) => error.split(' ')[0])).toEqual([
      'frontends[0].port',
      'frontends[2].timeouts',
      'backends[1].servers[0].port',
      'frontends[0].routes[0].backend',
    ]);
  });

  it('says that a frontend serves nothing', () => {
    const errors = errorsOf(
      ['frontends[0].routes', []],
      ['frontends[0].redirects', []],
      ['frontends[0].backend', undefined],
    );

    expect(errors).toEqual(['frontends[0] serves nothing: give it routes, redirects or a backend']);
  });

  it.each([
    ['0.0.0.0', '127.0.0.1', true],
    ['0.0.0.0', '::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::1', '::', true],
  ])('knows that listeners on %s and %s are in each other’s way: %s', (a, b, taken) => {
    const errors = errorsOf(
      ['frontends[0].address', a],
      ['frontends[1].address', b],
      ['frontends[1].port', 8443],
    );

    expect(errors.some((error) => error.includes('is taken by'))).toBe(taken);
  });
});

describe('parseConfig', () => {
  it('says where the text stops being JSON', () => {
    const result = parseConfig('{"version": 1,}');

    expect(result).toMatchObject({
      ok: false,
      errors: [{ path: '', message: expect.stringContaining('is not JSON: ') }],
    });
  });

  it.each(['null', '[]', '"x"'])('refuses %s', (text) => {
    expect(parseConfig(text)).toMatchObject({
      ok: false,
      errors: [{ path: '', message: expect.stringContaining('give an object') }],
    });
  });
});
