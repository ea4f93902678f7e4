import { NameMap } from './names.ts';

/**
 * True for a request whose host has another certificate than the one that its connection was opened with: no client that verifies
 * certificates sends it there, and who does is better told to open another connection (RFC 9110 section 15.5.20).
 *
 * @param serverName what the client asked for by SNI; null without it, when nothing can be said
 * @param host of the request, in lower case and without a port
 */
export type Misdirected = (serverName: string | null, host: string) => boolean;

/** For a frontend with these certificates, of which the first is served to clients that ask for a name which none covers; null where it never is the case. */
export function misdirectedAmong(
  certificates: readonly { readonly names: readonly string[] }[],
): Misdirected | null {
  const [first, ...others] = certificates.map(({ names }) => new NameMap([{ names, value: true }]));
  if (first === undefined || others.length === 0) {
    return null;
  }
  const maps = [first, ...others];
  const served = new NameMap(
    certificates.map(({ names }, index) => ({ names, value: maps[index] ?? first })),
  );
  return (serverName, host) => {
    if (serverName === null || serverName === host) {
      return false;
    }
    const covers = (served.find(serverName) ?? first).find(host) ?? false;
    return !covers && served.find(host) !== undefined;
  };
}
