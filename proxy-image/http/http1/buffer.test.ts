import { describe, expect, it } from '@jest/globals';
import { InputBuffer } from './buffer.ts';

describe('InputBuffer', () => {
  it('passes a single chunk through without a copy', () => {
    const input = new InputBuffer();
    const chunk = Buffer.from('hello');

    input.append(chunk);

    expect(input.view()).toBe(chunk);
  });

  it('joins what arrives in parts', () => {
    const input = new InputBuffer();

    for (const byte of Buffer.from('x'.repeat(10_000) + 'end')) {
      input.append(Buffer.of(byte));
    }

    expect(input.length).toBe(10_003);
    expect(input.view().toString().slice(-4)).toBe('xend');
  });

  it('drops what has been consumed', () => {
    const input = new InputBuffer();
    input.append(Buffer.from('first'));
    input.append(Buffer.from('second'));

    input.consume(5);

    expect(input.view().toString()).toBe('second');
  });

  it('never writes to bytes that it has handed out', () => {
    const input = new InputBuffer();
    input.append(Buffer.from('ab'));
    input.append(Buffer.from('cd'));
    const handedOut = input.view();

    input.consume(4);
    input.append(Buffer.from('xyz'));
    input.append(Buffer.from('xyz'));

    expect(handedOut.toString()).toBe('abcd');
  });
});
