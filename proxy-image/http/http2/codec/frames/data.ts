import { connectionError, ErrorCode, type Violation } from '../error-codes.ts';
import { Flag, type FrameHeader } from '../frame.ts';
import { withoutPadding } from './padding.ts';

/** RFC 9113 section 6.1. */
export interface DataFrame {
  readonly kind: 'Data';
  readonly streamId: number;
  readonly data: Buffer;
  /** What it takes of the windows: the whole payload, padding included. */
  readonly flowLength: number;
  readonly endStream: boolean;
}

export function parseData(header: FrameHeader, payload: Buffer): DataFrame | Violation {
  const { streamId, flags, length } = header;
  if (streamId === 0) {
    return connectionError(ErrorCode.ProtocolError, 'DATA on stream 0');
  }
  const data = withoutPadding(header, payload);
  if (!Buffer.isBuffer(data)) {
    return data;
  }
  return { kind: 'Data', streamId, data, flowLength: length, endStream: (flags & Flag.EndStream) !== 0 };
}
