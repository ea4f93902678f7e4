import type { DataFrame } from './frames/data.ts';
import type { ContinuationFrame, HeadersFrame } from './frames/headers.ts';
import type { GoAwayFrame, PingFrame, SettingsFrame } from './frames/connection.ts';
import type { PriorityFrame, ResetFrame, WindowUpdateFrame } from './frames/stream.ts';

/** RFC 9113 section 6. */
export const FrameType = {
  Data: 0x0,
  Headers: 0x1,
  Priority: 0x2,
  RstStream: 0x3,
  Settings: 0x4,
  PushPromise: 0x5,
  Ping: 0x6,
  GoAway: 0x7,
  WindowUpdate: 0x8,
  Continuation: 0x9,
} as const;

export const Flag = {
  Ack: 0x1,
  EndStream: 0x1,
  EndHeaders: 0x4,
  Padded: 0x8,
  Priority: 0x20,
} as const;

/** Bytes before the payload (RFC 9113 section 4.1). */
export const FRAME_HEADER = 9;

/** The largest payload that is accepted: what every implementation must take, and no setting of ours says otherwise (section 4.2). */
export const MAX_PAYLOAD = 16_384;

/** The first nine bytes of a frame. */
export interface FrameHeader {
  /** Of the payload. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

/** A frame as a client may send it. */
export type Frame =
  | DataFrame
  | HeadersFrame
  | ContinuationFrame
  | PriorityFrame
  | ResetFrame
  | SettingsFrame
  | PingFrame
  | GoAwayFrame
  | WindowUpdateFrame
  /** Of a type that is not known here, which is skipped (section 5.5). */
  | { readonly kind: 'Unknown' };
