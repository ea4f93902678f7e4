import { connectionError, ErrorCode, type Violation } from '../error-codes.ts';
import { Flag, type FrameHeader } from '../frame.ts';

/** RFC 9113 section 6.5: settings in their order, or an acknowledgement. */
export interface SettingsFrame {
  readonly kind: 'Settings';
  readonly ack: boolean;
  readonly settings: readonly (readonly [id: number, value: number])[];
}

/** RFC 9113 section 6.7. */
export interface PingFrame {
  readonly kind: 'Ping';
  readonly ack: boolean;
  /** Eight bytes. */
  readonly data: Buffer;
}

/** RFC 9113 section 6.8. */
export interface GoAwayFrame {
  readonly kind: 'GoAway';
}

/** Bytes of one setting. */
const SETTING_LENGTH = 6;

export function parseSettings(header: FrameHeader, payload: Buffer): SettingsFrame | Violation {
  const { streamId, flags, length } = header;
  const ack = (flags & Flag.Ack) !== 0;
  if (streamId !== 0) {
    return connectionError(ErrorCode.ProtocolError, 'SETTINGS on a stream');
  }
  if (length % SETTING_LENGTH !== 0 || (ack && length > 0)) {
    return connectionError(ErrorCode.FrameSizeError, 'SETTINGS of an impossible length');
  }
  const settings: (readonly [number, number])[] = [];
  for (let at = 0; at < length; at += SETTING_LENGTH) {
    settings.push([payload.readUInt16BE(at), payload.readUInt32BE(at + 2)]);
  }
  return { kind: 'Settings', ack, settings };
}

export function parsePing({ streamId, flags }: FrameHeader, payload: Buffer): PingFrame | Violation {
  if (streamId !== 0) {
    return connectionError(ErrorCode.ProtocolError, 'PING on a stream');
  }
  if (payload.length !== 8) {
    return connectionError(ErrorCode.FrameSizeError, 'PING is not 8 bytes long');
  }
  return { kind: 'Ping', ack: (flags & Flag.Ack) !== 0, data: payload };
}

export function parseGoAway({ streamId }: FrameHeader, payload: Buffer): GoAwayFrame | Violation {
  if (streamId !== 0) {
    return connectionError(ErrorCode.ProtocolError, 'GOAWAY on a stream');
  }
  if (payload.length < 8) {
    return connectionError(ErrorCode.FrameSizeError, 'GOAWAY is shorter than 8 bytes');
  }
  return { kind: 'GoAway' };
}
