import { expiryRemark } from '../../certificates/expiry-remark.ts';
import type { CertificateReport } from '../../api/status.ts';
import type { Plan, PlannedCertificate, Problem } from '../plan/types.ts';
import { timestamp } from './time.ts';
import type { ConditionDraft } from './types.ts';

/** What is to be said of a certificate; `Problem`: clients refuse it, or its Secret can't be used. */
interface Remark extends Problem {
  readonly weight: 'Problem' | 'Warning';
}

/** One entry of `status.certificates` for every certificate. */
export function certificateReports({ certificates }: Plan, now: Date): readonly CertificateReport[] {
  return certificates.map((certificate) => {
    const { name, state } = certificate;
    const remark = remarkOn(certificate, now);
    const what = remark === null ? {} : { reason: remark.reason, message: remark.message };
    if (certificate.state === 'Missing') return { name, state, ...what };
    const { leaf } = certificate.material;
    return {
      name,
      state,
      subject: leaf.subject,
      notAfter: timestamp(leaf.notAfter),
      fingerprint: leaf.fingerprintSha256,
      ...what,
    };
  });
}

/** Whether every certificate is as its Secret has it and clients take it. One that expires soon is told, but they do. */
export function certificatesValid({ certificates }: Plan, now: Date): ConditionDraft {
  const type = 'CertificatesValid';
  const remarks = certificates.flatMap((certificate) => remarkOn(certificate, now) ?? []);
  const problem = remarks.find(({ weight }) => weight === 'Problem');
  const first = problem ?? remarks[0];
  if (first === undefined) {
    return { type, status: 'True', reason: 'Valid', message: `${certificates.length} certificates` };
  }
  return {
    type,
    status: problem === undefined ? 'True' : 'False',
    reason: first.reason,
    message: remarks.map(({ message }) => message).join(' '),
  };
}

function remarkOn(certificate: PlannedCertificate, now: Date): Remark | null {
  if (certificate.state === 'Missing') {
    return { ...certificate.problem, weight: 'Problem', message: `${certificate.problem.message}.` };
  }
  const { name, source, problem, material } = certificate;
  const lifetime = expiryRemark(material.leaf, now);
  if (problem === null) {
    if (lifetime === null) return null;
    return {
      reason: lifetime.reason,
      weight: lifetime.isTrusted ? 'Warning' : 'Problem',
      message: `spec.certificates[${name}]: ${source}: ${lifetime.message}.`,
    };
  }
  const served = lifetime === null ? '' : `; it ${lifetime.message}`;
  return {
    weight: 'Problem',
    reason: problem.reason,
    message: `${problem.message}. What was valid before is served on${served}.`,
  };
}
