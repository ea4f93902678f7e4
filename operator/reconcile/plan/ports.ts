/** First port that is given to a frontend: above the privileged ones and away from the admin port. */
const FIRST_PORT = 10_001;

/**
 * Gives every frontend a port to listen on: the one it has, else the lowest free one. A frontend thus keeps its port however the list
 * around it changes, which is what keeps its listener open across a reload.
 */
export function assignPorts(
  frontends: readonly string[],
  current: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const assigned = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of frontends) {
    const port = current.get(name);
    if (port === undefined || taken.has(port)) continue;
    assigned.set(name, port);
    taken.add(port);
  }
  let candidate = FIRST_PORT;
  for (const name of frontends) {
    if (assigned.has(name)) continue;
    while (taken.has(candidate)) candidate += 1;
    assigned.set(name, candidate);
    taken.add(candidate);
  }
  return assigned;
}
