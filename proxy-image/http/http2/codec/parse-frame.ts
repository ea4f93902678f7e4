import { connectionError, ErrorCode, type Violation } from './error-codes.ts';
import { FrameType, type Frame, type FrameHeader } from './frame.ts';
import { parseGoAway, parsePing, parseSettings } from './frames/connection.ts';
import { parseData } from './frames/data.ts';
import { parseContinuation, parseHeaders } from './frames/headers.ts';
import { parsePriority, parseReset, parseWindowUpdate } from './frames/stream.ts';

/** What a frame says, by the rules that can be checked without knowing anything of its connection (RFC 9113 section 6). */
export function parseFrame(header: FrameHeader, payload: Buffer): Frame | Violation {
  switch (header.type) {
    case FrameType.Data:
      return parseData(header, payload);
    case FrameType.Headers:
      return parseHeaders(header, payload);
    case FrameType.Priority:
      return parsePriority(header, payload);
    case FrameType.RstStream:
      return parseReset(header, payload);
    case FrameType.Settings:
      return parseSettings(header, payload);
    case FrameType.PushPromise:
      return connectionError(ErrorCode.ProtocolError, 'a client must not push');
    case FrameType.Ping:
      return parsePing(header, payload);
    case FrameType.GoAway:
      return parseGoAway(header, payload);
    case FrameType.WindowUpdate:
      return parseWindowUpdate(header, payload);
    case FrameType.Continuation:
      return parseContinuation(header, payload);
    default:
      return { kind: 'Unknown' };
  }
}
