import { connectionError, ErrorCode, streamError, type Violation } from './codec/error-codes.ts';
import { FrameType, type Frame, type FrameHeader } from './codec/frame.ts';
import type { FrameSink } from './codec/frame-reader.ts';
import type { PingFrame, SettingsFrame } from './codec/frames/connection.ts';
import type { DataFrame } from './codec/frames/data.ts';
import type { ResetFrame, WindowUpdateFrame } from './codec/frames/stream.ts';
import { parseFrame } from './codec/parse-frame.ts';
import { checkSetting, Setting } from './codec/settings.ts';
import { HeaderBlocks, type HeaderBlock } from './header-blocks.ts';
import type { Outbox } from './outbox.ts';
import type { StreamSet } from './stream-set.ts';
import { AbuseBudget, Limits, type Abuse } from './streams/counts.ts';
import { DEFAULT_WINDOW, ReceiveWindow } from './streams/flow.ts';

/** What the frames of a connection are about. */
export interface FrameHost {
  readonly streams: StreamSet;
  readonly outbox: Outbox;
  /** Bytes that a header block may have. */
  blockLimit(): number;
  /** A header block is complete. */
  block(block: HeaderBlock): Violation | null;
  /** The client has acknowledged our settings. */
  acknowledged(): void;
  /** The client has answered our PING. */
  answered(data: Buffer): void;
  /** The client opens no further streams. */
  leaving(): void;
  /** A rule was broken by a frame on this stream. */
  violated(violation: Violation, streamId: number): void;
  /** True once the connection has ended, by whatever frame: nothing more is read. */
  readonly ended: boolean;
}

const CALM = connectionError(ErrorCode.EnhanceYourCalm, 'too many frames of little use');

/** Carries out the frames of one client, in their order; every rule about which frame may come when is here or in `move`. */
export class FrameHandler implements FrameSink {
  readonly #host: FrameHost;
  readonly #blocks = new HeaderBlocks();
  readonly #budget: AbuseBudget;
  readonly #window = new ReceiveWindow(Limits.connectionWindow, Limits.connectionWindow / 4);
  /** Frames that have been carried out, those inside of a header block not counted. */
  completed = 0;
  #begun = false;
  /** The client's SETTINGS_INITIAL_WINDOW_SIZE. */
  initialWindow = DEFAULT_WINDOW;

  constructor(host: FrameHost, now: () => number) {
    this.#host = host;
    this.#budget = new AbuseBudget(now);
  }

  /** True while a header block is not complete. */
  get unfinished(): boolean {
    return this.#blocks.pending !== 0;
  }

  frame(header: FrameHeader, payload: Buffer): boolean {
    const violation = this.#checkOrder(header) ?? this.#handle(parseFrame(header, payload));
    if (violation !== null) {
      this.#host.violated(violation, header.streamId);
    }
    this.completed += this.unfinished ? 0 : 1;
    return !this.#host.ended;
  }

  /** Null while the budget allows it. */
  spend(abuse: Abuse): Violation | null {
    return this.#budget.spend(abuse) ? null : CALM;
  }

  #checkOrder({ type, flags, streamId }: FrameHeader): Violation | null {
    // RFC 9113 section 3.4: the preface goes on with SETTINGS.
    if (!this.#begun && (type !== FrameType.Settings || (flags & 1) !== 0)) {
      return connectionError(ErrorCode.ProtocolError, 'the first frame is not SETTINGS');
    }
    this.#begun = true;
    const { pending } = this.#blocks;
    // Section 6.10: nothing comes between the frames of a header block.
    if (pending !== 0 && (type !== FrameType.Continuation || streamId !== pending)) {
      return connectionError(ErrorCode.ProtocolError, 'another frame inside of a header block');
    }
    return null;
  }

  #handle(frame: Frame | Violation): Violation | null {
    if ('scope' in frame) {
      return frame;
    }
    switch (frame.kind) {
      case 'Data':
        return this.#data(frame);
      case 'Headers':
        return this.#block(this.#blocks.start(frame));
      case 'Continuation':
        return this.#block(this.#blocks.proceed(frame, this.#host.blockLimit()));
      case 'Priority':
        return this.spend('Priority');
      case 'Reset':
        return this.#reset(frame);
      case 'Settings':
        return this.#settings(frame);
      case 'Ping':
        return this.#ping(frame);
      case 'GoAway':
        this.#host.leaving();
        return null;
      case 'WindowUpdate':
        return this.#windowUpdate(frame);
      case 'Unknown':
        return this.spend('Unknown');
    }
  }

  #block(block: HeaderBlock | Violation | null): Violation | null {
    if (block === null || 'scope' in block) {
      return block;
    }
    return this.#host.block(block);
  }

  #data(frame: DataFrame): Violation | null {
    const { streamId, data, flowLength, endStream } = frame;
    this.#giveBack(flowLength);
    const stream = this.#host.streams.find(streamId, 'DataIn');
    if (stream === null) {
      return this.spend('AfterReset');
    }
    if ('scope' in stream) {
      return stream;
    }
    const abuse = data.length === 0 && !endStream ? this.spend('EmptyData') : null;
    return abuse ?? stream.receiveData(frame);
  }

  /**
   * At once, so that a stream whose server is slow does not keep the others waiting: what has been received never fills the window of the
   * connection, and what is held in memory is bounded by the windows of the streams.
   */
  #giveBack(bytes: number): void {
    const update = this.#window.give(bytes);
    if (update > 0) {
      this.#host.outbox.frames.windowUpdate(0, update);
      this.#host.outbox.schedule();
    }
  }

  #reset({ streamId }: ResetFrame): Violation | null {
    const stream = this.#host.streams.find(streamId, 'ResetIn');
    if (stream !== null && 'scope' in stream) {
      return stream;
    }
    stream?.abandon('ClientClosed');
    return this.spend('ResetByPeer');
  }

  #settings({ ack, settings }: SettingsFrame): Violation | null {
    if (ack) {
      this.#host.acknowledged();
      return null;
    }
    const abuse = this.spend('Settings');
    if (abuse !== null) {
      return abuse;
    }
    let window = this.initialWindow;
    for (const [id, value] of settings) {
      const violation = checkSetting(id, value);
      if (violation !== null) {
        return violation;
      }
      window = id === Setting.InitialWindowSize ? value : window;
    }
    const change = window - this.initialWindow;
    const violation = this.#resizeWindows(window);
    // RFC 9113 section 6.5.3: the acknowledgement first. What the settings have made room for follows it, so that the client can tell.
    this.#host.outbox.frames.settingsAck();
    this.#host.outbox.schedule();
    if (violation === null && change > 0) {
      this.#host.outbox.pump();
    }
    return violation;
  }

  /** RFC 9113 section 6.9.2: what changes the windows of new streams changes those of the present ones as well. */
  #resizeWindows(size: number): Violation | null {
    const change = size - this.initialWindow;
    this.initialWindow = size;
    for (const stream of change === 0 ? [] : this.#host.streams) {
      if (!stream.response.sendWindow.grow(change)) {
        return connectionError(ErrorCode.FlowControlError, 'a window became too large by SETTINGS');
      }
    }
    return null;
  }

  #ping({ ack, data }: PingFrame): Violation | null {
    if (ack) {
      this.#host.answered(data);
      return null;
    }
    this.#host.outbox.frames.ping(data, true);
    this.#host.outbox.schedule();
    return this.spend('Ping');
  }

  #windowUpdate({ streamId, increment }: WindowUpdateFrame): Violation | null {
    if (streamId === 0) {
      if (!this.#host.outbox.window.grow(increment)) {
        return connectionError(ErrorCode.FlowControlError, 'the window of the connection became too large');
      }
      this.#host.outbox.pump();
      return null;
    }
    const stream = this.#host.streams.find(streamId, 'WindowUpdateIn');
    if (stream === null) {
      return this.spend('LateWindowUpdate');
    }
    if ('scope' in stream) {
      return stream;
    }
    if (!stream.response.sendWindow.grow(increment)) {
      return streamError(ErrorCode.FlowControlError, 'the window of a stream became too large');
    }
    if (stream.response.congested) {
      this.#host.outbox.pump();
    }
    return null;
  }
}
