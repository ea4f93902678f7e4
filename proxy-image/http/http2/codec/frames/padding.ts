import { connectionError, ErrorCode, type Violation } from '../error-codes.ts';
import { Flag, type FrameHeader } from '../frame.ts';

/** The payload without its padding, and without the byte that says how long that is (RFC 9113 section 6.1). */
export function withoutPadding(header: FrameHeader, payload: Buffer): Buffer | Violation {
  if ((header.flags & Flag.Padded) === 0) {
    return payload;
  }
  const padding = payload[0];
  if (padding === undefined) {
    return connectionError(ErrorCode.FrameSizeError, 'padded frame without padding length');
  }
  if (padding >= payload.length) {
    return connectionError(ErrorCode.ProtocolError, 'padding is as long as the payload');
  }
  return payload.subarray(1, payload.length - padding);
}
