import { connectionError, ErrorCode, streamError, type Violation } from '../codec/error-codes.ts';

/**
 * The states of a stream (RFC 9113 section 5.1). Nothing is pushed here, so that only clients open streams:
 *
 *                        Idle
 *                         |
 *             HEADERS in  |  HEADERS with END_STREAM in
 *            ,------------+------------.
 *            v                         v
 *          Open -- END_STREAM in --> HalfClosedRemote
 *            |                         |
 *            | END_STREAM out          | END_STREAM out
 *            v                         v
 *     HalfClosedLocal -- END_STREAM in --> Ended
 *
 * From Open and both half-closed states RST_STREAM leads to ResetByPeer or ResetByUs. The RFC's "closed" is Ended, ResetByPeer and
 * ResetByUs here, since what may still arrive is treated differently in each of them.
 */
export type StreamState =
  | 'Idle'
  | 'Open'
  | 'HalfClosedRemote'
  | 'HalfClosedLocal'
  | 'Ended'
  | 'ResetByPeer'
  | 'ResetByUs';

/** What can happen to a stream. `EndIn` and `EndOut` are END_STREAM, behind the frame that carries it. */
export type StreamEvent =
  | 'HeadersIn'
  | 'DataIn'
  | 'WindowUpdateIn'
  | 'EndIn'
  | 'EndOut'
  | 'ResetIn'
  | 'ResetOut';

/** `Ignore`: the frame crossed one of ours, and counts for nothing. */
export type Move = StreamState | 'Ignore' | Violation;

const IDLE = connectionError(ErrorCode.ProtocolError, 'frame on an idle stream');
const CLOSED = connectionError(ErrorCode.StreamClosed, 'frame on a stream that has ended');
const HALF_CLOSED = streamError(ErrorCode.StreamClosed, 'frame behind END_STREAM');
const AFTER_RESET = streamError(ErrorCode.StreamClosed, 'frame behind RST_STREAM');

/** Moves that only a mistake of ours could ask for. */
const IMPOSSIBLE = connectionError(ErrorCode.InternalError, 'impossible move of a stream');

const CLOSED_OUT = { EndIn: IMPOSSIBLE, EndOut: IMPOSSIBLE, ResetOut: IMPOSSIBLE } as const;

const MOVES: Readonly<Record<StreamState, Readonly<Record<StreamEvent, Move>>>> = {
  Idle: {
    HeadersIn: 'Open',
    DataIn: IDLE,
    WindowUpdateIn: IDLE,
    EndIn: IMPOSSIBLE,
    EndOut: IMPOSSIBLE,
    ResetIn: IDLE,
    ResetOut: 'ResetByUs',
  },
  Open: {
    HeadersIn: 'Open',
    DataIn: 'Open',
    WindowUpdateIn: 'Open',
    EndIn: 'HalfClosedRemote',
    EndOut: 'HalfClosedLocal',
    ResetIn: 'ResetByPeer',
    ResetOut: 'ResetByUs',
  },
  HalfClosedRemote: {
    HeadersIn: HALF_CLOSED,
    DataIn: HALF_CLOSED,
    WindowUpdateIn: 'HalfClosedRemote',
    EndIn: IMPOSSIBLE,
    EndOut: 'Ended',
    ResetIn: 'ResetByPeer',
    ResetOut: 'ResetByUs',
  },
  HalfClosedLocal: {
    HeadersIn: 'HalfClosedLocal',
    DataIn: 'HalfClosedLocal',
    WindowUpdateIn: 'HalfClosedLocal',
    EndIn: 'Ended',
    EndOut: IMPOSSIBLE,
    ResetIn: 'ResetByPeer',
    ResetOut: 'ResetByUs',
  },
  Ended: { HeadersIn: CLOSED, DataIn: CLOSED, WindowUpdateIn: 'Ignore', ResetIn: 'Ignore', ...CLOSED_OUT },
  ResetByPeer: {
    HeadersIn: AFTER_RESET,
    DataIn: AFTER_RESET,
    WindowUpdateIn: 'Ignore',
    ResetIn: 'Ignore',
    ...CLOSED_OUT,
  },
  ResetByUs: {
    HeadersIn: 'Ignore',
    DataIn: 'Ignore',
    WindowUpdateIn: 'Ignore',
    ResetIn: 'Ignore',
    ...CLOSED_OUT,
  },
};

/** Where an event leads; every move that is not in the diagram is a violation. */
export function move(state: StreamState, event: StreamEvent): Move {
  return MOVES[state][event];
}

/** True while the client may send more of its request. */
export function receives(state: StreamState): boolean {
  return state === 'Open' || state === 'HalfClosedLocal';
}

/** True while a response may be sent. */
export function sends(state: StreamState): boolean {
  return state === 'Open' || state === 'HalfClosedRemote';
}
