import { defaulted, defaultedObject, listByKey, object, oneOf, optional } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { authoritySchema } from './authority.ts';
import { backendSchema } from './backend.ts';
import { certificateSchema } from './certificate.ts';
import { frontendSchema } from './frontend.ts';
import { loadBalancerDefaultsSchema } from './load-balancer.ts';
import { networkPolicySchema } from './network-policy.ts';
import { crossReferenceRules } from './rules.ts';
import { teamOneSchema } from './team-one.ts';
import { teamworkCloudSchema } from './teamwork-cloud.ts';
import { workloadSchema } from './workload.ts';

export const specSchema = object(
  {
    teamworkCloud: optional(
      teamworkCloudSchema,
      'Shorthand for Teamwork Cloud and Magic Collaboration Studio: expands to frontends and backends; an entry of the same name in frontends or backends replaces the expanded one.',
    ),
    teamOne: optional(
      teamOneSchema,
      'Shorthand for a TeamOne gateway, by which pages of Google Sheets reach TM1 servers: expands to the frontend teamone; an entry of this name in frontends replaces it.',
    ),
    certificates: defaulted(
      listByKey('name', certificateSchema, { maxItems: 16 }),
      [],
      'Certificates with their keys, from Secrets.',
    ),
    authorities: defaulted(
      listByKey('name', authoritySchema, { maxItems: 16 }),
      [],
      'Authorities that are trusted, such as those of a company, by their certificates alone.',
    ),
    frontends: defaulted(
      listByKey('name', frontendSchema, { maxItems: 16 }),
      [],
      'The flows, each with an address of its own.',
    ),
    backends: defaulted(
      listByKey('name', backendSchema, { maxItems: 32 }),
      [],
      'The groups of servers that the flows lead to.',
    ),
    loadBalancer: defaultedObject(
      loadBalancerDefaultsSchema,
      'What counts for the Service of every flow that says nothing of its own.',
    ),
    workload: defaultedObject(workloadSchema, 'How the proxy pods run.'),
    networkPolicy: defaultedObject(
      networkPolicySchema,
      'Who reaches the proxy pods, and what they reach, where the network of the cluster heeds NetworkPolicies.',
    ),
    accessLog: defaulted(
      oneOf('Off', 'Errors', 'All'),
      'Errors',
      'Which finished connections and requests the proxy logs: none, those that failed, or all.',
    ),
  },
  crossReferenceRules,
);

/** The specification of a TeamworkProxy, with defaults filled in. */
export type TeamworkProxySpec = Infer<typeof specSchema>;
