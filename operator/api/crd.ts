import { GROUP, KIND, PLURAL, VERSION } from './resource.ts';
import type { OpenApiSchema } from './schema/builder.ts';
import { resourceName } from './spec/scalars.ts';
import { specSchema } from './spec/spec.ts';
import { statusSchema } from './status.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: number;
}

const PRINTER_COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether every flow is served.',
  },
  {
    name: 'Addresses',
    type: 'string',
    jsonPath: '.status.addresses',
    description: 'The assigned addresses.',
  },
  {
    name: 'Certificate expiry',
    type: 'string',
    jsonPath: '.status.certificateExpiry',
    description: 'When the first certificate expires.',
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Age of the resource.' },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    description: 'Why it is not ready.',
    priority: 1,
  },
];

/** The schema of the whole resource, as the CRD has it. */
export function resourceSchema(): OpenApiSchema {
  return {
    type: 'object',
    description:
      'TeamworkProxy puts Teamwork Cloud, Magic Collaboration Studio and TM1 behind port 443: one LoadBalancer address per flow, carried by a proxy that is reloaded without dropping connections.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', properties: { name: resourceName().json } },
      spec: { ...specSchema.json, description: 'What is wanted.' },
      status: { ...statusSchema.json, description: 'What is observed.' },
    },
  };
}

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) as a plain object. */
export function customResourceDefinition(): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: 'teamworkproxy',
        shortNames: ['twp'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: resourceSchema() },
        },
      ],
    },
  };
}
