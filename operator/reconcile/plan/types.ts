import type { Authorities } from '../../certificates/authorities.ts';
import type { CertificateMaterial } from '../../certificates/types.ts';
import type { TeamworkProxy } from '../../api/resource.ts';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { Finding } from '../../api/status.ts';
import type { AddressRules } from '../../../proxy-image/config/types.ts';

/** Everything that a plan is made from. It was gathered once; nothing below reads anything else. */
export interface PlanInput {
  readonly proxy: TeamworkProxy;
  /** The Secrets that the resource names, by name; a Secret that does not exist is missing here. */
  readonly secrets: ReadonlyMap<string, SecretData>;
  /** What the proxy has now, by name of the certificate or of the authorities. */
  readonly lastGood: ReadonlyMap<string, PemPair>;
  /** Ports that frontends listen on in the pods now, by name of the frontend. */
  readonly listenerPorts: ReadonlyMap<string, number>;
  /** Addresses (or host names) that load balancers have given, by name of the frontend. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** Decoded data of a Secret, by key. */
export type SecretData = ReadonlyMap<string, Buffer>;

export interface PemPair {
  readonly chainPem: string;
  /** Null of authorities. */
  readonly keyPem: string | null;
}

/** What is to be: flows, certificates and backends, with everything decided. Where and how they are carried out is not its concern. */
export interface Plan {
  readonly proxy: TeamworkProxy;
  readonly flows: readonly Flow[];
  readonly backends: readonly PlannedBackend[];
  readonly certificates: readonly PlannedCertificate[];
  readonly authorities: readonly PlannedAuthority[];
  /** What works but deserves attention. */
  readonly findings: readonly Finding[];
  /** Why the specification can't be carried out as it is; what was carried out before then stays. */
  readonly refusals: readonly Finding[];
}

/** One frontend with what it needs in order to be served. */
export interface Flow {
  readonly frontend: FrontendSpec;
  /** DNS name or address by which clients reach it; null until there is one. */
  readonly host: string | null;
  /** Port that the proxy listens on. */
  readonly listenerPort: number;
  /** Certificates of the frontend that can be served. */
  readonly certificates: readonly string[];
  /** Of what its clients' certificates are to lead to, what is there: names of certificates and authorities. */
  readonly clientTrust: readonly string[];
  /** Name of the certificate that its servers show to clients by themselves, where that is known. */
  readonly passedOn: string | null;
  /** Names of the backends it leads to. */
  readonly backends: readonly string[];
  /** Why it can't be served now; null when it can. */
  readonly unservable: string | null;
}

export interface PlannedBackend {
  readonly spec: BackendSpec;
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** Of what is to be trusted, what is there: names of certificates and authorities. */
  readonly trust: readonly string[];
  /** Where the servers' names may lead, as requests say them; null for anywhere. */
  readonly addresses: AddressRules | null;
}

export type PlannedCertificate = ServedCertificate | MissingCertificate;

/** `Valid`: as its Secret has it. `LastGood`: its Secret is unusable, and what worked before is served. */
export interface ServedCertificate {
  readonly state: 'Valid' | 'LastGood';
  readonly name: string;
  /** Where it comes from, for messages: the Secret and its key. */
  readonly source: string;
  readonly material: CertificateMaterial;
  /** Why the Secret is unusable; null when valid. */
  readonly problem: Problem | null;
}

export interface MissingCertificate {
  readonly state: 'Missing';
  readonly name: string;
  readonly source: string;
  readonly problem: Problem;
}

export type PlannedAuthority = TrustedAuthority | MissingCertificate;

/** An entry of `spec.authorities`; the states are those of certificates. */
export interface TrustedAuthority extends Omit<ServedCertificate, 'material'> {
  readonly authorities: Authorities;
}

/** What is wrong with a certificate: a CamelCase reason, and a message that says what to do. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}
