import type { FrontendSpec } from '../spec/frontend.ts';
import type { TeamworkProxySpec } from '../spec/spec.ts';
import { expandTeamOne } from './team-one.ts';
import { expandTeamworkCloud } from './teamwork-cloud.ts';
import type { Expansion } from './teamwork-cloud.ts';

/** Expands the shorthands of a specification; explicit frontends and backends of the same name replace expanded ones. */
export function expand(spec: TeamworkProxySpec): Expansion {
  const expansions = expandShorthands(spec);
  return {
    frontends: replaceByName(
      expansions.flatMap(({ frontends }) => frontends),
      spec.frontends,
    ),
    backends: replaceByName(
      expansions.flatMap(({ backends }) => backends),
      spec.backends,
    ),
    findings: expansions.flatMap(({ findings }) => findings),
  };
}

/** One expansion for each shorthand that is used. */
function expandShorthands({ teamworkCloud, teamOne, certificates }: TeamworkProxySpec): readonly Expansion[] {
  const names = certificates.map(({ name }) => name);
  return [
    ...(teamworkCloud === undefined ? [] : [expandTeamworkCloud(teamworkCloud, names)]),
    ...(teamOne === undefined ? [] : [expandTeamOne(teamOne, names)]),
  ];
}

/** Whether the frontend of this name is the Teamwork Cloud shorthand's own. */
export function isOfTeamworkCloud({ teamworkCloud, frontends }: TeamworkProxySpec, name: string): boolean {
  return teamworkCloud !== undefined && isOwn(expandTeamworkCloud(teamworkCloud, []), frontends, name);
}

/** Whether the frontend of this name is the TeamOne shorthand's own. */
export function isOfTeamOne({ teamOne, frontends }: TeamworkProxySpec, name: string): boolean {
  return teamOne !== undefined && isOwn(expandTeamOne(teamOne, []), frontends, name);
}

function isOwn(expansion: Expansion, given: readonly FrontendSpec[], name: string): boolean {
  return (
    expansion.frontends.some((frontend) => frontend.name === name) &&
    !given.some((frontend) => frontend.name === name)
  );
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
