import type { SourcesPolicy } from '../types.ts';
import { list, record, text } from './decoder.ts';
import { isCidr } from './formats.ts';

const range = text('an address range such as "10.0.0.0/8"', isCidr);

export const sources = record<SourcesPolicy>({ allow: list(range), deny: list(range) });
