import type { HeaderField, RoutePolicies } from '../../config/types.ts';
import type { Fault } from '../faults.ts';
import { extended, type ResponseRules } from '../headers/rules.ts';
import { fieldsNamed } from '../http1/named-fields.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { confinedCookie } from './cookies.ts';
import { redirectedTo, type RedirectContext } from './location.ts';

/**
 * Fields of targets that reach the client in other words, or not at all: `Refresh` is a redirect that nobody needs any more, and the others
 * speak for a whole origin, which targets share.
 */
export const REWRITTEN_FIELDS = [
  'Location',
  'Set-Cookie',
  'Refresh',
  'Clear-Site-Data',
  'Service-Worker-Allowed',
];

/** Which of these fields the header rules leave to the target. */
export interface PassedFields {
  readonly location: boolean;
  readonly cookies: boolean;
}

/** `places`: the policies that count. */
export function passedFields(places: readonly (RoutePolicies | undefined)[]): PassedFields {
  const ruled = new Set(
    places.flatMap((policies) => {
      const { set = [], remove = [] } = policies?.headers?.response ?? {};
      return [...set.map(({ name }) => name), ...remove].map((name) => name.toLowerCase());
    }),
  );
  return { location: !ruled.has('location'), cookies: !ruled.has('set-cookie') };
}

/** The response to a request whose target it has named itself. */
export class NamedResponse {
  readonly #context: RedirectContext;
  readonly #passed: PassedFields;

  constructor(context: RedirectContext, passed: PassedFields) {
    this.#context = context;
    this.#passed = passed;
  }

  /**
   * What counts for the fields of the response, beside `rules`, which drop what is rewritten; or why it can't be passed on. `bytes` are what
   * the head was read from.
   */
  settle(head: ResponseHead, bytes: Buffer, rules: ResponseRules | null): ResponseRules | Fault | null {
    const fields = this.#passed.cookies ? this.#cookies(head, bytes) : [];
    const locations = fieldsNamed(head.fields, bytes, LOCATION);
    const [location] = locations;
    if (location !== undefined) {
      const to = locations.length === 1 ? redirectedTo(location, this.#context) : null;
      if (to === null && head.status >= 300 && head.status < 400) {
        return 'RedirectRefused';
      }
      if (to !== null && this.#passed.location) {
        fields.push({ name: 'Location', value: to });
      }
    }
    return fields.length === 0 ? rules : extended(rules, fields);
  }

  #cookies({ fields }: ResponseHead, bytes: Buffer): HeaderField[] {
    const { base, requested, targets } = this.#context;
    const path = requested.split('?', 1)[0] ?? '/';
    const place = { base, path, cookies: targets.config.cookies };
    return fieldsNamed(fields, bytes, SET_COOKIE).map((value) => ({
      name: 'Set-Cookie',
      value: confinedCookie(value, place),
    }));
  }
}

const LOCATION = Buffer.from('location');
const SET_COOKIE = Buffer.from('set-cookie');
