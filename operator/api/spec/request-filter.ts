import {
  defaulted,
  integer,
  listOf,
  object,
  oneOf,
  optional,
  required,
  setOf,
  string,
} from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';
import { byteSize, urlPath } from './scalars.ts';

const MANY = { maxItems: 32 };

const method = () => string({ pattern: PATTERNS.requestMethod.pattern, maxLength: 32, minLength: 1 });
const contentType = () => string({ pattern: PATTERNS.contentType.pattern, maxLength: 127, minLength: 3 });

const path = object({
  path: required(urlPath(), 'The path, as it reads with percent-encoding undone and without parameters.'),
  match: defaulted(
    oneOf('Prefix', 'Exact'),
    'Prefix',
    'Prefix: this path and all below it, by whole segments. Exact: this path alone, with or without a slash at its end.',
  ),
});

/** `policies.requestFilter`. */
export const requestFilterSchema = object({
  methods: defaulted(
    setOf(method(), MANY),
    [],
    'Methods that servers are meant to get; others are answered with 405. GET stands for HEAD, too. Empty: all.',
  ),
  allowedPaths: defaulted(
    listOf(path, MANY),
    [],
    'Paths that servers are meant to get; others are answered with 403. Empty: all.',
  ),
  deniedPaths: defaulted(
    listOf(path, MANY),
    [],
    'Paths that are answered with 403, whatever allowedPaths says.',
  ),
  contentTypes: defaulted(
    setOf(contentType(), MANY),
    [],
    'Types of bodies, without parameters; text/*: all of this kind. Requests with another one, or with none, are answered with 415. Empty: all.',
  ),
  bodySize: defaulted(
    byteSize(),
    '0',
    "Size of a request body, where it is to be smaller than the frontend's limits.bodySize; more is answered with 413. 0: that one alone.",
  ),
  headerCount: optional(
    integer(1, 128),
    'Header field lines that a request may have; more are answered with 431. Default: 128.',
  ),
  headerBytes: optional(
    integer(1, 1_048_576),
    "Size of all header field lines together, as HTTP/1.1 writes them; more is answered with 431. Default: the frontend's limits.headerBytes.",
  ),
});
