import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { Finding } from '../../api/status.ts';

/** Certificates that the operator makes are for a start. */
export function generatedFindings({ certificates }: TeamworkProxySpec): readonly Finding[] {
  return certificates
    .filter(({ generate }) => generate !== undefined)
    .map(({ name }) => ({
      path: `spec.certificates[${name}].generate`,
      reason: 'GeneratedCertificate',
      message:
        'its authority is known to nobody but clients that have imported it; for more than a start, have it issued by an authority that your clients know',
    }));
}

/** The shorthand trusts the served certificate to be that of the servers, which one that was made here can't be. */
export function generatedRefusals({ certificates, teamworkCloud }: TeamworkProxySpec): readonly Finding[] {
  if (teamworkCloud?.topology !== 'Layer7Hybrid' || teamworkCloud.backendTls !== undefined) return [];
  const served = certificates.find(({ name }) => name === teamworkCloud.certificate) ?? certificates[0];
  if (served?.generate === undefined) return [];
  return [
    {
      path: 'spec.teamworkCloud.backendTls',
      reason: 'BackendTlsNeeded',
      message: `certificate ${served.name} is generated, so it is not the one that the servers have; say with backendTls how theirs are verified`,
    },
  ];
}
