import type { TeamworkProxySpec } from '../spec/spec.ts';

/** Flows of the shorthand in which the servers end TLS themselves. */
const PASSED_ON = new Set(['webapp', 'rest', 'authserver', 'client']);

/**
 * Name of the certificate that the servers behind a layer-4 flow of the shorthand show to clients: the one that is served, which they usually have as well.
 * Null for other flows, and where `backendTls` says that the servers have others.
 */
export function passedOnCertificate(spec: TeamworkProxySpec, frontend: string): string | null {
  const { teamworkCloud: cloud, certificates } = spec;
  if (cloud === undefined || cloud.backendTls !== undefined || !PASSED_ON.has(frontend)) return null;
  if (frontend === 'client' && cloud.client.encryption === 'Cleartext') return null;
  const isOverridden = [...spec.frontends, ...spec.backends].some(({ name }) => name === frontend);
  const served = certificates.find(({ name }) => name === cloud.certificate) ?? certificates[0];
  // One that was made here is certainly not theirs.
  return isOverridden || served === undefined || served.generate !== undefined ? null : served.name;
}
