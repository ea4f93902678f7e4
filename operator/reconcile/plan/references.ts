import type { FrontendSpec } from '../../api/spec/frontend.ts';

/** The names of all backends that a frontend leads to, each once. */
export function backendNames(frontend: FrontendSpec): readonly string[] {
  const names = [...frontend.routes, ...frontend.sniRoutes].flatMap(({ backend }) => backend ?? []);
  return [...new Set(frontend.backend === undefined ? names : [...names, frontend.backend])];
}
