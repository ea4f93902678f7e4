import { describe, expect, it } from '@jest/globals';
import type { HeaderRules } from '../../config/types.ts';
import { FieldSection } from '../http1/fields.ts';
import { NO_OPTIONS } from '../http1/connection-field.ts';
import type { FieldSet } from './field-set.ts';
import { FieldFilter } from './hop-by-hop.ts';
import { compileRules } from './rules.ts';

const line = (name: string, value = 'v') => ({ name, value });

function rules(parts: Partial<HeaderRules>): HeaderRules {
  return { set: [], add: [], remove: [], ...parts };
}

const HSTS = { maxAgeSeconds: 63_072_000, includeSubDomains: true, preload: true };

/** Which of these names a filter lets pass. */
function passed(dropped: FieldSet | null, names: readonly string[]): readonly string[] {
  const bytes = Buffer.from(`${names.map((name) => `${name}: 1\r\n`).join('')}\r\n`, 'latin1');
  const fields = new FieldSection();
  fields.begin(0);
  fields.read(bytes, 8_192);
  const filter = FieldFilter.endToEnd().beyond(NO_OPTIONS, dropped);
  return names.filter((_, index) => filter.passes(fields, bytes, index));
}

describe('compileRules', () => {
  it.each([
    ['no policies', undefined],
    ['policies without rules', { headers: { request: rules({}), response: rules({}) } }],
  ])('makes nothing of %s', (_what, policies) => {
    expect(compileRules(policies, policies)).toEqual({ request: null, response: null, forwarded: false });
  });

  it('drops what is set and removed, whatever its case, and keeps the rest', () => {
    const { request } = compileRules({
      headers: {
        request: rules({ set: [line('X-Set')], add: [line('X-Add')], remove: ['X-REMOVED', '$WSAT'] }),
      },
    });

    const names = ['x-set', 'X-Add', 'x-Removed', '$wsat', 'X-Removes', 'X-Removed2'];
    expect(passed(request?.dropped ?? null, names)).toEqual(['X-Add', 'X-Removes', 'X-Removed2']);
    expect(request?.lines).toBe('X-Set: v\r\nX-Add: v\r\n');
  });

  it('has both the rules of the frontend and those of the route, whose rule counts where both name a field', () => {
    const { request } = compileRules(
      {
        headers: {
          request: rules({
            set: [line('A', 'frontend'), line('B', 'frontend')],
            add: [line('C', 'frontend'), line('D', 'frontend')],
            remove: ['E', 'F', 'G'],
          }),
        },
      },
      {
        headers: {
          request: rules({
            set: [line('b', 'route'), line('e', 'route')],
            add: [line('f', 'route')],
            remove: ['c'],
          }),
        },
      },
    );

    expect(request?.lines).toBe('A: frontend\r\nb: route\r\ne: route\r\nD: frontend\r\nf: route\r\n');
    expect(passed(request?.dropped ?? null, ['A', 'B', 'C', 'D', 'E', 'F', 'G'])).toEqual(['D', 'F']);
  });

  it.each([
    [undefined, undefined, false],
    ['XForwarded', undefined, false],
    ['Both', undefined, true],
    ['Both', 'XForwarded', false],
    [undefined, 'Both', true],
  ] as const)(
    'tells servers of hops as the frontend (%s) or in its place the route (%s) says',
    (outer, inner, expected) => {
      const policies = (forwarded: 'Both' | 'XForwarded' | undefined) =>
        forwarded === undefined ? {} : { forwarded };

      expect(compileRules(policies(outer), policies(inner)).forwarded).toBe(expected);
    },
  );

  it.each([
    [HSTS, 'max-age=63072000; includeSubDomains; preload'],
    [{ ...HSTS, preload: false }, 'max-age=63072000; includeSubDomains'],
    [{ maxAgeSeconds: 0, includeSubDomains: false, preload: false }, 'max-age=0'],
  ])('makes one field of HSTS %j', (hsts, value) => {
    const { request, response } = compileRules({ hsts });

    expect(request).toBeNull();
    expect(response?.lines).toBe(`Strict-Transport-Security: ${value}\r\n`);
    expect(response?.own).toEqual([{ name: 'Strict-Transport-Security', value }]);
    expect(passed(response?.dropped ?? null, ['strict-transport-security'])).toEqual([]);
    expect(passed(response?.droppedFromInterim ?? null, ['Strict-Transport-Security', 'Link'])).toEqual([
      'Link',
    ]);
  });

  it('leaves out of answers of the proxy what only their maker can say', () => {
    const { response } = compileRules({
      headers: {
        response: rules({
          set: [line('Cache-Control', 'max-age=1'), line('X-Frame-Options', 'DENY')],
          add: [line('content-TYPE', 'x/y'), line('Set-Cookie', 'a=b')],
          remove: ['Content-Length'],
        }),
      },
    });

    expect(response?.own).toEqual([line('X-Frame-Options', 'DENY'), line('Set-Cookie', 'a=b')]);
  });
});
