import { describe, expect, it } from '@jest/globals';
import { frontendConfig } from '../../../test/support/proxy-config.ts';
import type { FrontendConfig } from '../../config/types.ts';
import { RateLimits } from '../policies/rate-limit/rate-limits.ts';
import { buildRouter, type Decision } from './router.ts';

const ROUTES: FrontendConfig['routes'] = [
  { paths: ['/osmc', '/swagger'], backend: 'rest' },
  { paths: ['/webapp', '/authentication/'], backend: 'webapp' },
  { paths: ['/webapp/api/v2'], backend: 'api' },
];

function router(parts: Parameters<typeof frontendConfig>[0] = {}) {
  const { backend, ...config } = frontendConfig({ protocol: 'HTTP', routes: ROUTES, ...parts });
  return buildRouter(
    'backend' in parts ? { ...config, ...(backend === undefined ? {} : { backend }) } : config,
    new RateLimits(null).generation(config.name),
  );
}

function outcome(decision: Decision): string {
  switch (decision.kind) {
    case 'Forward':
    case 'ForwardNamed':
      return decision.backend;
    case 'Redirect':
      return `to ${decision.redirect.to}`;
    case 'Refuse':
      return decision.fault;
  }
}

describe('buildRouter', () => {
  it.each([
    ['/osmc', 'rest'],
    ['/osmc/', 'rest'],
    ['/osmc/login', 'rest'],
    ['/osmcx', 'NoRoute'],
    ['/OSMC', 'NoRoute'],
    ['/swagger/ui', 'rest'],
    ['/webapp', 'webapp'],
    ['/webapp/api', 'webapp'],
    ['/webapp/api/v2', 'api'],
    ['/webapp/api/v2/x/y/z', 'api'],
    ['/webapp/api/v2x', 'webapp'],
    ['/authentication', 'webapp'],
    ['/', 'NoRoute'],
    ['/other', 'NoRoute'],
    ['/%6Fsmc/x', 'rest'],
    ['/osmc;jsessionid=1/x', 'rest'],
    ['/osmc/a%2Fb', 'rest'],
    ['/osmc/a//b', 'rest'],
    ['/webapp/../manager', 'BadTarget'],
    ['/webapp%2fapi', 'AmbiguousPath'],
    ['/webapp/api%2Fv2', 'AmbiguousPath'],
    ['//webapp', 'AmbiguousPath'],
    ['//nowhere', 'NoRoute'],
  ])('sends %s to %s', (path, expected) => {
    const decision = router().route('twc.example.com', path);

    expect(outcome(decision)).toBe(expected);
  });

  it('serves everything under a route for the root', () => {
    const routes = [...ROUTES, { paths: ['/'], backend: 'rest' }];

    expect(outcome(router({ routes }).route('a', '/other/x'))).toBe('rest');
    expect(outcome(router({ routes }).route('a', '/webapp'))).toBe('webapp');
    expect(outcome(router({ routes }).route('a', '//a//b'))).toBe('rest');
  });

  it("sends what no route matches to the frontend's backend", () => {
    const decision = router({ backend: 'fallback' }).route('a', '/other');

    expect(outcome(decision)).toBe('fallback');
  });

  it.each([
    ['/', 'to /webapp'],
    ['/old', 'to https://new.example.com/x'],
    ['/old/x', 'NoRoute'],
    ['/webapp', 'webapp'],
  ])('redirects exact paths: %s', (path, expected) => {
    const redirects = [
      { from: '/', to: '/webapp', status: 302 },
      { from: '/old', to: 'https://new.example.com/x', status: 308 },
    ] as const;

    const decision = router({ redirects }).route('a', path);

    expect(outcome(decision)).toBe(expected);
  });

  it.each([
    ['twc.example.com', 'rest'],
    ['a.apps.example.com', 'rest'],
    ['a.b.apps.example.com', 'UnknownHost'],
    ['apps.example.com', 'UnknownHost'],
    ['.apps.example.com', 'UnknownHost'],
    ['twc.example.com.evil.com', 'UnknownHost'],
    ['localhost', 'UnknownHost'],
  ])('serves the host names it is told to: %s', (host, expected) => {
    const hostnames = ['twc.example.com', '*.apps.example.com'];

    const decision = router({ hostnames }).route(host, '/osmc');

    expect(outcome(decision)).toBe(expected);
  });

  it('finds one of many host names', () => {
    const hostnames = Array.from({ length: 500 }, (_, index) => `host-${index}.example.com`);

    expect(outcome(router({ hostnames }).route('host-499.example.com', '/osmc'))).toBe('rest');
    expect(outcome(router({ hostnames }).route('host-500.example.com', '/osmc'))).toBe('UnknownHost');
  });

  it('sends OPTIONS for the whole server to whoever serves the root', () => {
    const routes = [...ROUTES, { paths: ['/'], backend: 'rest' }];

    expect(outcome(router({ routes }).route('a', null))).toBe('rest');
    expect(outcome(router().route('a', null))).toBe('NoRoute');
  });

  it('looks at no more of a deep path than the routes are deep', () => {
    const decision = router().route('a', `/osmc${'/a'.repeat(100_000)}`);

    expect(outcome(decision)).toBe('rest');
  });
});
