import { CODE_LENGTHS, EOS } from './huffman-code.ts';

/** A node of the code's tree; `symbol` is -1 in all but the leaves. */
interface Node {
  readonly children: [Node | null, Node | null];
  symbol: number;
  /** Number of the state that a decoder is in here; -1 in leaves. */
  state: number;
}

/** What four bits do, by `state * 16 + bits`: the next state in the low byte, then the decoded byte, then the flags. */
const STEPS = new Uint32Array(256 * 16);
const EMITS = 1 << 16;
const FAILS = 1 << 17;

/** 1 for the states in which a string may end: at most seven bits of EOS behind the last symbol (RFC 7541 section 5.2). */
const MAY_END = new Uint8Array(256);

buildTables();

/**
 * Decodes the Huffman code in `bytes` from `start` to `end` to `target`, which must have room for 8/5 of it. Returns the number of
 * decoded bytes; -1 for what is no such code: EOS inside, or padding that is too long or not of ones.
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number, target: Buffer): number {
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    const high = STEPS[(state << 4) | (byte >> 4)] ?? FAILS;
    if ((high & EMITS) !== 0) {
      target[length] = (high >> 8) & 0xff;
      length += 1;
    }
    const low = STEPS[((high & 0xff) << 4) | (byte & 0x0f)] ?? FAILS;
    if ((low & EMITS) !== 0) {
      target[length] = (low >> 8) & 0xff;
      length += 1;
    }
    if (((high | low) & FAILS) !== 0) {
      return -1;
    }
    state = low & 0xff;
  }
  return MAY_END[state] === 1 ? length : -1;
}

function buildTables(): void {
  const inner = numberStates(buildTree());
  for (const node of inner) {
    for (let bits = 0; bits < 16; bits += 1) {
      STEPS[node.state * 16 + bits] = step(node, bits, inner[0] ?? node);
    }
  }
}

function buildTree(): Node {
  const root = newNode();
  const symbols = CODE_LENGTHS.map((length, symbol) => ({ length, symbol }));
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0;
  let before = 0;
  for (const { length, symbol } of symbols) {
    code *= 2 ** (length - before);
    before = length;
    leafOf(root, code, length).symbol = symbol;
    code += 1;
  }
  return root;
}

function leafOf(root: Node, code: number, length: number): Node {
  let node = root;
  for (let bit = length - 1; bit >= 0; bit -= 1) {
    node = child(node, (code >>> bit) & 1);
  }
  return node;
}

function child(node: Node, bit: number): Node {
  const side = bit === 0 ? 0 : 1;
  node.children[side] ??= newNode();
  return node.children[side];
}

function newNode(): Node {
  return { children: [null, null], symbol: -1, state: -1 };
}

/** All nodes but the leaves, the root first; notes in which of them a string may end. */
function numberStates(root: Node): readonly Node[] {
  const inner: Node[] = [];
  const visit = (node: Node, depth: number, onlyOnes: boolean): void => {
    if (node.symbol >= 0) {
      return;
    }
    node.state = inner.length;
    inner.push(node);
    MAY_END[node.state] = onlyOnes && depth < 8 ? 1 : 0;
    visit(child(node, 0), depth + 1, false);
    visit(child(node, 1), depth + 1, onlyOnes);
  };
  visit(root, 0, true);
  return inner;
}

/** The shortest code has five bits, so four bits complete one symbol at most. */
function step(from: Node, bits: number, root: Node): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    node = child(node, (bits >> bit) & 1);
    if (node.symbol === EOS) {
      return FAILS;
    }
    if (node.symbol >= 0) {
      emitted = EMITS | (node.symbol << 8);
      node = root;
    }
  }
  return emitted | node.state;
}
