import { readAuthorities } from '../../certificates/authorities.ts';
import type { AuthoritySpec } from '../../api/spec/authority.ts';
import type { PlanInput, PlannedAuthority, Problem } from './types.ts';

/** Reads all authorities from their Secrets; where that fails, those that are trusted now stay. */
export function planAuthorities(
  specs: readonly AuthoritySpec[],
  input: PlanInput,
): readonly PlannedAuthority[] {
  return specs.map((spec) => planAuthority(spec, input));
}

function planAuthority(spec: AuthoritySpec, { secrets, lastGood }: PlanInput): PlannedAuthority {
  const { name, secretRef } = spec;
  const source = `Secret ${secretRef.name}, key ${secretRef.key}`;
  const bytes = secrets.get(secretRef.name)?.get(secretRef.key);
  const result = bytes === undefined ? null : readAuthorities(bytes.toString('utf8'));
  if (result?.ok === true) {
    return { state: 'Valid', name, source, authorities: result.authorities, problem: null };
  }
  const { reason, message } =
    result === null ? absent(spec, secrets) : { ...result, message: `${source}: ${result.message}` };
  const problem = { reason, message: `spec.authorities[${name}]: ${message}` };
  const served = lastGood.get(name);
  // The PEM of a certificate that had this name before is not what is meant by it now.
  const before = served?.keyPem === null ? readAuthorities(served.chainPem) : null;
  return before?.ok === true
    ? { state: 'LastGood', name, source, authorities: before.authorities, problem }
    : { state: 'Missing', name, source, problem };
}

function absent({ secretRef }: AuthoritySpec, secrets: PlanInput['secrets']): Problem {
  const { name, key } = secretRef;
  const secret = secrets.get(name);
  if (secret === undefined) {
    return {
      reason: 'SecretNotFound',
      message: `Secret ${name} does not exist; create it, or correct secretRef.name`,
    };
  }
  const has = [...secret.keys()].join(', ') || 'nothing';
  return {
    reason: 'SecretKeyNotFound',
    message: `Secret ${name} has no key ${key} (it has ${has}); say with secretRef.key which one holds the certificates`,
  };
}
