import { isIPv4 } from 'node:net';

/** Whether a listener on each of two addresses would be in the other's way, if their ports are the same. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [canonical(a), canonical(b)];
  return first === second || includes(first, second) || includes(second, first);
}

/** `::` is every address of both families, `0.0.0.0` every IPv4 address. */
function includes(whole: string, part: string): boolean {
  return whole === '::' || (whole === '0.0.0.0' && isIPv4(part));
}

function canonical(address: string): string {
  if (isIPv4(address)) {
    return address;
  }
  const compact = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compact);
  if (mapped === null) {
    return compact;
  }
  const bits = mapped.slice(1).map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}
