const ORIGIN =
  /^(https?):\/\/(?:\*\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*(?::([1-9][0-9]{0,4}))?$/;

/**
 * An origin as browsers write it (WHATWG HTML, "serialization of an origin"): lower case, no path, and no port that the scheme implies. Its
 * host may begin with `*.`. `*` alone stands for every origin.
 */
export function isOrigin(text: string): boolean {
  const match = ORIGIN.exec(text);
  return text === '*' || (match !== null && Number(match[2] ?? 1) <= 65_535 && !impliesPort(text));
}

/** Whether a response field speaks of other origins, as `cors` does. */
export function isAccessControl(name: string): boolean {
  return /^access-control-/i.test(name);
}

/** Whether the port is the one of the scheme, which browsers leave out: nothing would ever match. */
export function impliesPort(origin: string): boolean {
  return /^https:.*:443$|^http:.*:80$/.test(origin);
}
