import type { OwnerReference } from '../types.ts';

/** The ServiceAccount that a token stands for. */
export interface ServiceAccountIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly 'kubernetes.io'?: {
    readonly namespace?: string;
    readonly serviceaccount?: { readonly name?: string; readonly uid?: string };
  };
}

/** Reads it off a token of the API server, without any check: it is our own. Undefined where it is no such token. */
export function serviceAccountOf(token: string): ServiceAccountIdentity | undefined {
  const [, payload = ''] = token.split('.');
  let claims: Claims;
  try {
    claims = (JSON.parse(Buffer.from(payload, 'base64url').toString()) ?? {}) as Claims;
  } catch {
    return undefined;
  }
  const { namespace, serviceaccount: { name, uid } = {} } = claims['kubernetes.io'] ?? {};
  if (namespace === undefined || name === undefined || uid === undefined) return undefined;
  return { namespace, name, uid };
}

/** What makes an object of the same namespace go with a ServiceAccount. */
export function ownedByServiceAccount({ name, uid }: ServiceAccountIdentity): OwnerReference {
  return { apiVersion: 'v1', kind: 'ServiceAccount', name, uid };
}
