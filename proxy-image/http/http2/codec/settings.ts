import { connectionError, ErrorCode, type Violation } from './error-codes.ts';
import { MAX_PAYLOAD } from './frame.ts';

/** RFC 9113 section 6.5.2. */
export const Setting = {
  HeaderTableSize: 0x1,
  EnablePush: 0x2,
  MaxConcurrentStreams: 0x3,
  InitialWindowSize: 0x4,
  MaxFrameSize: 0x5,
  MaxHeaderListSize: 0x6,
} as const;

const MAX_FRAME_SIZE = 0xff_ffff;
const MAX_WINDOW = 0x7fff_ffff;

/** Null when the value may be what it is (RFC 9113 section 6.5.2). */
export function checkSetting(id: number, value: number): Violation | null {
  switch (id) {
    case Setting.EnablePush:
      return value > 1
        ? connectionError(ErrorCode.ProtocolError, 'SETTINGS_ENABLE_PUSH is not 0 or 1')
        : null;
    case Setting.InitialWindowSize:
      return value > MAX_WINDOW
        ? connectionError(ErrorCode.FlowControlError, 'SETTINGS_INITIAL_WINDOW_SIZE is too large')
        : null;
    case Setting.MaxFrameSize:
      return value < MAX_PAYLOAD || value > MAX_FRAME_SIZE
        ? connectionError(ErrorCode.ProtocolError, 'SETTINGS_MAX_FRAME_SIZE is out of range')
        : null;
    default:
      return null;
  }
}
