import type { OpenApiSchema } from '../schema/builder.ts';
import { resourceName } from '../spec/scalars.ts';
import { PATTERNS } from '../spec/patterns.ts';

const text: OpenApiSchema = { type: 'string' };
const texts: OpenApiSchema = { type: 'object', additionalProperties: text };
const anything: OpenApiSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The schema of metadata, with every field of meta/v1 ObjectMeta: a manifest may be what `kubectl get -o yaml` printed. */
export const metadataSchema: OpenApiSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { ...resourceName().json, description: 'Name of the resource.' },
    namespace: { type: 'string', pattern: PATTERNS.entryName.pattern, maxLength: 63, default: 'default' },
    labels: texts,
    annotations: texts,
    generateName: text,
    uid: text,
    resourceVersion: text,
    generation: { type: 'integer' },
    creationTimestamp: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: { type: 'integer' },
    finalizers: { type: 'array', items: text },
    ownerReferences: { type: 'array', items: anything },
    managedFields: { type: 'array', items: anything },
    selfLink: text,
  },
};
