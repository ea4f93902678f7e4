import { resourceSchema } from '../crd.ts';
import { API_VERSION, KIND } from '../resource.ts';
import type { TeamworkProxy } from '../resource.ts';
import { applyDefaults } from '../schema/defaults.ts';
import type { OpenApiSchema } from '../schema/builder.ts';
import type { AdmissionError } from './errors.ts';
import { metadataSchema } from './metadata.ts';
import { evaluateRules } from './rules.ts';
import { validateStructure } from './structure.ts';

/** What the API server gives to a resource of its own accord. */
export interface Identity {
  readonly uid: string;
  readonly generation: number;
}

/** The resource as the API server would have it, or everything that is wrong with the document. */
export type Admission =
  | { readonly ok: true; readonly resource: TeamworkProxy }
  | { readonly ok: false; readonly errors: readonly AdmissionError[] };

const IDENTITY: Identity = { uid: '00000000-0000-0000-0000-000000000000', generation: 1 };

const typeSchema: OpenApiSchema = {
  type: 'object',
  required: ['apiVersion', 'kind'],
  properties: {
    apiVersion: { type: 'string', enum: [API_VERSION] },
    kind: { type: 'string', enum: [KIND] },
  },
  'x-kubernetes-preserve-unknown-fields': true,
};

const documentSchema: OpenApiSchema = {
  type: 'object',
  required: ['metadata', 'spec'],
  properties: {
    ...resourceSchema().properties,
    metadata: metadataSchema,
    // Dropped from what is created, by the API server as well.
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

/**
 * Does without a cluster what the API server does when a TeamworkProxy is created: fills in defaults, checks the structure and then,
 * if that is right, the rules. What it admits and refuses, and at which fields, is the same, as both follow the same schema; a test
 * holds them together.
 *
 * @param document a parsed manifest; it is not changed
 */
export function admit(document: unknown, identity: Identity = IDENTITY): Admission {
  const typeErrors = validateStructure(typeSchema, document, '');
  if (typeErrors.length > 0) return { ok: false, errors: typeErrors };
  const filled = applyDefaults(documentSchema, document);
  const structureErrors = validateStructure(documentSchema, filled, '');
  if (structureErrors.length > 0) return { ok: false, errors: structureErrors };
  const ruleErrors = evaluateRules(documentSchema, filled, '');
  if (ruleErrors.length > 0) return { ok: false, errors: ruleErrors };
  const { metadata, spec } = filled as TeamworkProxy;
  return {
    ok: true,
    resource: {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { ...createdMetadata(metadata), ...identity },
      spec,
    },
  };
}

/** What of the metadata counts when a resource is created. */
function createdMetadata({ name, namespace, labels, annotations }: TeamworkProxy['metadata']) {
  return {
    name,
    namespace,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
