import type { PathPattern, RequestFilterPolicy } from '../types.ts';
import { integer, list, oneOf, optional, record, text } from './decoder.ts';
import { isContentType, isMethod, isPath } from './formats.ts';

const pattern = record<PathPattern>({
  path: text('an absolute path such as "/webapp"', isPath),
  match: oneOf('Prefix', 'Exact'),
});

export const requestFilter = record<RequestFilterPolicy>({
  methods: list(text('a method in upper case, such as "PUT"', (value) => isMethod(value) && value !== '*')),
  allowedPaths: list(pattern),
  deniedPaths: list(pattern),
  contentTypes: list(text('a media type such as "application/json" or "text/*"', isContentType)),
  bodyBytes: integer(0, Number.MAX_SAFE_INTEGER, 'bytes, 0 for no limit'),
  headerCount: optional(integer(1, 128)),
  headerBytes: optional(integer(1, 1_048_576, 'bytes')),
});
