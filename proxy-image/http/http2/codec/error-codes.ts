/** RFC 9113 section 7. */
export const ErrorCode = {
  NoError: 0x0,
  ProtocolError: 0x1,
  InternalError: 0x2,
  FlowControlError: 0x3,
  SettingsTimeout: 0x4,
  StreamClosed: 0x5,
  FrameSizeError: 0x6,
  RefusedStream: 0x7,
  Cancel: 0x8,
  CompressionError: 0x9,
  ConnectError: 0xa,
  EnhanceYourCalm: 0xb,
  InadequateSecurity: 0xc,
  Http11Required: 0xd,
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** What a peer has done wrong, and how far it reaches: the whole connection ends (RFC 9113 section 5.4.1), or one stream (section 5.4.2). */
export interface Violation {
  readonly scope: 'Connection' | 'Stream';
  readonly code: ErrorCode;
  /** For GOAWAY's debug data; says which rule. */
  readonly reason: string;
}

export function connectionError(code: ErrorCode, reason: string): Violation {
  return { scope: 'Connection', code, reason };
}

export function streamError(code: ErrorCode, reason: string): Violation {
  return { scope: 'Stream', code, reason };
}
