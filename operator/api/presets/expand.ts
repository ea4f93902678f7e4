import type { TeamworkProxySpec } from '../spec/spec.ts';
import { expandTeamworkCloud } from './teamwork-cloud.ts';
import type { Expansion } from './teamwork-cloud.ts';

/** Expands the shorthands of a specification; explicit frontends and backends of the same name replace expanded ones. */
export function expand(spec: TeamworkProxySpec): Expansion {
  if (spec.teamworkCloud === undefined)
    return { frontends: spec.frontends, backends: spec.backends, findings: [] };
  const expansion = expandTeamworkCloud(
    spec.teamworkCloud,
    spec.certificates.map(({ name }) => name),
  );
  return {
    frontends: replaceByName(expansion.frontends, spec.frontends),
    backends: replaceByName(expansion.backends, spec.backends),
    findings: expansion.findings,
  };
}

/** Whether the frontend of this name is the shorthand's own. */
export function expandsTo(spec: TeamworkProxySpec, name: string): boolean {
  if (spec.teamworkCloud === undefined || spec.frontends.some((frontend) => frontend.name === name))
    return false;
  return expandTeamworkCloud(spec.teamworkCloud, []).frontends.some((frontend) => frontend.name === name);
}

/** `base` with the entries of `overrides` in place of those of the same name, and the others behind. */
function replaceByName<T extends { readonly name: string }>(
  base: readonly T[],
  overrides: readonly T[],
): readonly T[] {
  const byName = new Map(overrides.map((entry) => [entry.name, entry]));
  const kept = base.map((entry) => byName.get(entry.name) ?? entry);
  const names = new Set(base.map(({ name }) => name));
  return [...kept, ...overrides.filter(({ name }) => !names.has(name))];
}
