import { connectionError, ErrorCode, streamError, type Violation } from '../error-codes.ts';
import type { FrameHeader } from '../frame.ts';
import { dependency } from './headers.ts';

/** RFC 9113 section 6.3; what it says counts for nothing any more. */
export interface PriorityFrame {
  readonly kind: 'Priority';
  readonly streamId: number;
}

/** RFC 9113 section 6.4. */
export interface ResetFrame {
  readonly kind: 'Reset';
  readonly streamId: number;
}

/** RFC 9113 section 6.9; stream 0 stands for the connection. */
export interface WindowUpdateFrame {
  readonly kind: 'WindowUpdate';
  readonly streamId: number;
  readonly increment: number;
}

export function parsePriority({ streamId }: FrameHeader, payload: Buffer): PriorityFrame | Violation {
  if (streamId === 0) {
    return connectionError(ErrorCode.ProtocolError, 'PRIORITY on stream 0');
  }
  if (payload.length !== 5) {
    return streamError(ErrorCode.FrameSizeError, 'PRIORITY is not 5 bytes long');
  }
  if (dependency(payload) === streamId) {
    return streamError(ErrorCode.ProtocolError, 'a stream depends on itself');
  }
  return { kind: 'Priority', streamId };
}

export function parseReset({ streamId }: FrameHeader, payload: Buffer): ResetFrame | Violation {
  if (streamId === 0) {
    return connectionError(ErrorCode.ProtocolError, 'RST_STREAM on stream 0');
  }
  if (payload.length !== 4) {
    return connectionError(ErrorCode.FrameSizeError, 'RST_STREAM is not 4 bytes long');
  }
  return { kind: 'Reset', streamId };
}

export function parseWindowUpdate({ streamId }: FrameHeader, payload: Buffer): WindowUpdateFrame | Violation {
  if (payload.length !== 4) {
    return connectionError(ErrorCode.FrameSizeError, 'WINDOW_UPDATE is not 4 bytes long');
  }
  const increment = payload.readUInt32BE(0) & 0x7fff_ffff;
  if (increment === 0) {
    const report = streamId === 0 ? connectionError : streamError;
    return report(ErrorCode.ProtocolError, 'WINDOW_UPDATE by 0');
  }
  return { kind: 'WindowUpdate', streamId, increment };
}
