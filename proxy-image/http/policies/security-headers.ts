import type { HeaderField, HeaderRules, SecurityHeadersPolicy } from '../../config/types.ts';

/**
 * What the policy does to responses. Fields that header rules name are left to these.
 *
 * @param ruled header rules for the same responses
 */
export function securityRules(
  policy: SecurityHeadersPolicy,
  ruled: readonly (HeaderRules | undefined)[],
): HeaderRules {
  const taken = new Set(ruled.flatMap(namesIn).map((name) => name.toLowerCase()));
  const set: readonly HeaderField[] = [
    { name: 'X-Content-Type-Options', value: 'nosniff' },
    { name: 'Referrer-Policy', value: policy.referrerPolicy },
    ...frameOptions(policy),
  ];
  return {
    set: set.filter(({ name }) => !taken.has(name.toLowerCase())),
    add: ancestors(policy),
    // It can't name other origins: what a server says by it could only contradict.
    remove: policy.frameOrigins.length > 0 ? ['X-Frame-Options'] : [],
  };
}

/** For browsers that don't know `frame-ancestors`, and others ignore it then; it can't name other origins. */
function frameOptions({ frames, frameOrigins }: SecurityHeadersPolicy): readonly HeaderField[] {
  if (frames === 'Any' || frameOrigins.length > 0) {
    return [];
  }
  return [{ name: 'X-Frame-Options', value: frames === 'None' ? 'DENY' : 'SAMEORIGIN' }];
}

/** CSP level 3, section 6.4.2. It stands beside what servers say: where there are several policies, browsers keep to all of them. */
function ancestors({ frames, frameOrigins }: SecurityHeadersPolicy): readonly HeaderField[] {
  if (frames === 'Any') {
    return [];
  }
  const sources = frames === 'None' ? ["'none'"] : ["'self'", ...frameOrigins];
  return [{ name: 'Content-Security-Policy', value: `frame-ancestors ${sources.join(' ')}` }];
}

function namesIn(rules: HeaderRules | undefined): readonly string[] {
  const { set = [], add = [], remove = [] } = rules ?? {};
  return [...[...set, ...add].map(({ name }) => name), ...remove];
}
