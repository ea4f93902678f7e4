import { connectionError, ErrorCode, type Violation } from '../error-codes.ts';
import { Flag, type FrameHeader } from '../frame.ts';
import { withoutPadding } from './padding.ts';

/** RFC 9113 section 6.2. */
export interface HeadersFrame {
  readonly kind: 'Headers';
  readonly streamId: number;
  /** The header block, or its first fragment. */
  readonly fragment: Buffer;
  readonly endHeaders: boolean;
  readonly endStream: boolean;
  /** True for a priority that makes a stream depend on itself (RFC 7540 section 5.3.1). */
  readonly dependsOnItself: boolean;
}

/** RFC 9113 section 6.10. */
export interface ContinuationFrame {
  readonly kind: 'Continuation';
  readonly streamId: number;
  readonly fragment: Buffer;
  readonly endHeaders: boolean;
}

/** Dependency and weight, where the flag says that they are there. */
const PRIORITY_LENGTH = 5;

export function parseHeaders(header: FrameHeader, payload: Buffer): HeadersFrame | Violation {
  const { streamId, flags } = header;
  // Section 5.1.1: the streams that a client opens have odd numbers.
  if (streamId % 2 === 0) {
    return connectionError(ErrorCode.ProtocolError, 'HEADERS on a stream that clients do not open');
  }
  const rest = withoutPadding(header, payload);
  if (!Buffer.isBuffer(rest)) {
    return rest;
  }
  const prioritized = (flags & Flag.Priority) !== 0;
  if (prioritized && rest.length < PRIORITY_LENGTH) {
    return connectionError(ErrorCode.FrameSizeError, 'HEADERS too short for its priority');
  }
  return {
    kind: 'Headers',
    streamId,
    fragment: prioritized ? rest.subarray(PRIORITY_LENGTH) : rest,
    endHeaders: (flags & Flag.EndHeaders) !== 0,
    endStream: (flags & Flag.EndStream) !== 0,
    dependsOnItself: prioritized && dependency(rest) === streamId,
  };
}

export function parseContinuation(header: FrameHeader, payload: Buffer): ContinuationFrame {
  const { streamId, flags } = header;
  return {
    kind: 'Continuation',
    streamId,
    fragment: payload,
    endHeaders: (flags & Flag.EndHeaders) !== 0,
  };
}

/** The stream that a priority names, without the flag for exclusiveness. */
export function dependency(payload: Buffer): number {
  return payload.readUInt32BE(0) & 0x7fff_ffff;
}
