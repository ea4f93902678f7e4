import { authoritiesRemark, expiryRemark } from '../../certificates/expiry-remark.ts';
import type { CertificateReport } from '../../api/status.ts';
import type { Plan, PlannedAuthority, PlannedCertificate, Problem } from '../plan/types.ts';
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

/**
 * Whether every certificate is as its Secret has it and clients take it, and the same of authorities. What expires soon is told, but it is
 * taken.
 */
export function certificatesValid({ certificates, authorities }: Plan, now: Date): ConditionDraft {
  const type = 'CertificatesValid';
  const remarks = [...certificates, ...authorities].flatMap((one) => remarkOn(one, now) ?? []);
  const problem = remarks.find(({ weight }) => weight === 'Problem');
  const first = problem ?? remarks[0];
  if (first === undefined) {
    const trusted = authorities.length === 0 ? '' : `, ${authorities.length} entries of authorities`;
    return {
      type,
      status: 'True',
      reason: 'Valid',
      message: `${certificates.length} certificates${trusted}`,
    };
  }
  return {
    type,
    status: problem === undefined ? 'True' : 'False',
    reason: first.reason,
    message: remarks.map(({ message }) => message).join(' '),
  };
}

function remarkOn(planned: PlannedCertificate | PlannedAuthority, now: Date): Remark | null {
  if (planned.state === 'Missing') {
    return { ...planned.problem, weight: 'Problem', message: `${planned.problem.message}.` };
  }
  const { name, source, problem } = planned;
  const isCertificate = 'material' in planned;
  const lifetime = isCertificate
    ? expiryRemark(planned.material.leaf, now)
    : authoritiesRemark(planned.authorities, now);
  if (problem === null) {
    if (lifetime === null) return null;
    return {
      reason: lifetime.reason,
      weight: lifetime.isTrusted ? 'Warning' : 'Problem',
      message: `spec.${isCertificate ? 'certificates' : 'authorities'}[${name}]: ${source}: ${lifetime.message}.`,
    };
  }
  const before = isCertificate ? 'What was valid before is served on' : 'What was trusted before still is';
  const beside = lifetime === null ? '' : `; ${isCertificate ? 'it ' : ''}${lifetime.message}`;
  return {
    weight: 'Problem',
    reason: problem.reason,
    message: `${problem.message}. ${before}${beside}.`,
  };
}
