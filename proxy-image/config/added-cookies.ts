/** The cookies that rules add to responses, by name (RFC 6265 section 5.2), with the index of the rule. */
export function cookiesAdded(
  rules: readonly ({ readonly name?: string | undefined; readonly value?: string | undefined } | undefined)[],
): readonly { readonly cookie: string; readonly index: number }[] {
  return rules.flatMap((rule, index) => {
    const { name = '', value = '' } = rule ?? {};
    return name.toLowerCase() === 'set-cookie'
      ? [{ cookie: (value.split('=', 1)[0] ?? '').trim(), index }]
      : [];
  });
}
