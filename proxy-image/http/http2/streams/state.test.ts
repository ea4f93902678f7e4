import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../codec/error-codes.ts';
import { move, receives, sends, type StreamEvent, type StreamState } from './state.ts';

const STATES: readonly StreamState[] = [
  'Idle',
  'Open',
  'HalfClosedRemote',
  'HalfClosedLocal',
  'Ended',
  'ResetByPeer',
  'ResetByUs',
];
const EVENTS: readonly StreamEvent[] = [
  'HeadersIn',
  'DataIn',
  'WindowUpdateIn',
  'EndIn',
  'EndOut',
  'ResetIn',
  'ResetOut',
];

/** The arrows of RFC 9113 section 5.1, without those of pushed streams. */
const ALLOWED: Readonly<Record<string, StreamState>> = {
  'Idle HeadersIn': 'Open',
  'Idle ResetOut': 'ResetByUs',
  'Open HeadersIn': 'Open',
  'Open DataIn': 'Open',
  'Open WindowUpdateIn': 'Open',
  'Open EndIn': 'HalfClosedRemote',
  'Open EndOut': 'HalfClosedLocal',
  'Open ResetIn': 'ResetByPeer',
  'Open ResetOut': 'ResetByUs',
  'HalfClosedRemote WindowUpdateIn': 'HalfClosedRemote',
  'HalfClosedRemote EndOut': 'Ended',
  'HalfClosedRemote ResetIn': 'ResetByPeer',
  'HalfClosedRemote ResetOut': 'ResetByUs',
  'HalfClosedLocal HeadersIn': 'HalfClosedLocal',
  'HalfClosedLocal DataIn': 'HalfClosedLocal',
  'HalfClosedLocal WindowUpdateIn': 'HalfClosedLocal',
  'HalfClosedLocal EndIn': 'Ended',
  'HalfClosedLocal ResetIn': 'ResetByPeer',
  'HalfClosedLocal ResetOut': 'ResetByUs',
};

const ALL = STATES.flatMap((state) => EVENTS.map((event) => [state, event] as const));

describe('a stream', () => {
  it.each(ALL.filter(([state, event]) => `${state} ${event}` in ALLOWED))(
    'moves from %s by %s',
    (state, event) => {
      expect(move(state, event)).toBe(ALLOWED[`${state} ${event}`]);
    },
  );

  it.each(ALL.filter(([state, event]) => !(`${state} ${event}` in ALLOWED)))(
    'in state %s does not take %s',
    (state, event) => {
      const to = move(state, event);

      expect(to === 'Ignore' || typeof to === 'object').toBe(true);
    },
  );

  it.each([
    ['Idle', 'DataIn', 'Connection', ErrorCode.ProtocolError],
    ['Idle', 'ResetIn', 'Connection', ErrorCode.ProtocolError],
    ['Idle', 'WindowUpdateIn', 'Connection', ErrorCode.ProtocolError],
    ['HalfClosedRemote', 'DataIn', 'Stream', ErrorCode.StreamClosed],
    ['HalfClosedRemote', 'HeadersIn', 'Stream', ErrorCode.StreamClosed],
    ['Ended', 'DataIn', 'Connection', ErrorCode.StreamClosed],
    ['Ended', 'HeadersIn', 'Connection', ErrorCode.StreamClosed],
    ['ResetByPeer', 'DataIn', 'Stream', ErrorCode.StreamClosed],
    ['ResetByPeer', 'HeadersIn', 'Stream', ErrorCode.StreamClosed],
  ] as const)('RFC 9113 section 5.1: in state %s, %s is an error', (state, event, scope, code) => {
    expect(move(state, event)).toMatchObject({ scope, code });
  });

  it.each([
    ['ResetByUs', 'DataIn'],
    ['ResetByUs', 'HeadersIn'],
    ['ResetByUs', 'WindowUpdateIn'],
    ['ResetByUs', 'ResetIn'],
    ['Ended', 'WindowUpdateIn'],
    ['Ended', 'ResetIn'],
  ] as const)('RFC 9113 section 5.1: in state %s, %s may still arrive', (state, event) => {
    expect(move(state, event)).toBe('Ignore');
  });

  it('receives and sends as long as its half is open', () => {
    expect(STATES.filter(receives)).toEqual(['Open', 'HalfClosedLocal']);
    expect(STATES.filter(sends)).toEqual(['Open', 'HalfClosedRemote']);
  });
});
