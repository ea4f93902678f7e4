import type { Random } from '../support/random.ts';

/** What mutations are made from. */
export interface Material {
  readonly random: Random;
  readonly dictionary: readonly Buffer[];
  /** Another input, to be spliced with. */
  readonly other: () => Buffer;
}

type Mutation = (input: Buffer, material: Material) => Buffer;

/** Inputs grow no longer than this: longer ones find little more, and cost more. */
const MAX_LENGTH = 8_192;

/** Bytes that mean something in one of the formats, or lie at the edge of what is allowed. */
const SPECIAL = Buffer.from('\0\t\n\v\f\r !"#%,-./0179:;=?@AZ[\\]_az{}\x7f\x80\xff', 'latin1');

/** One to four mutations, one after the other. */
export function mutate(input: Buffer, material: Material): Buffer {
  const { random } = material;
  let mutated = input;
  for (let rounds = 1 + random.integer(4); rounds > 0; rounds -= 1) {
    const mutation = MUTATIONS[random.integer(MUTATIONS.length)] ?? flipBit;
    mutated = mutation(mutated, material);
  }
  return mutated.subarray(0, MAX_LENGTH);
}

const flipBit: Mutation = (input, { random }) =>
  edited(input, random, (bytes, at) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8));
  });

const setSpecial: Mutation = (input, { random }) =>
  edited(input, random, (bytes, at) => {
    bytes[at] = SPECIAL[random.integer(SPECIAL.length)] ?? 0;
  });

const changeCase: Mutation = (input, { random }) =>
  edited(input, random, (bytes, at) => {
    bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  });

/** Lengths in binary formats: a byte, or two or three of them, a little more or less, or at an end. */
const changeInteger: Mutation = (input, { random }) => {
  const size = 1 + random.integer(3);
  return edited(input, random, (bytes, at) => {
    if (at + size <= bytes.length) {
      const max = 2 ** (8 * size);
      const value = bytes.readUIntBE(at, size);
      const choices = [value + 1, value - 1, 0, 1, max - 1, value * 2, value + 16, bytes.length];
      const chosen = choices[random.integer(choices.length)] ?? 0;
      bytes.writeUIntBE((chosen + max) % max, at, size);
    }
  });
};

/** Numbers in text formats, decimal and hexadecimal, in every way in which somebody may write them. */
const changeNumber: Mutation = (input, { random }) => {
  const text = input.toString('latin1');
  const numbers = [...text.matchAll(/[0-9A-Fa-f]+/g)];
  const found = numbers[random.integer(numbers.length)];
  if (found === undefined) {
    return input;
  }
  const [digits] = found;
  const value = Number.parseInt(digits, 16);
  const ways = [
    `0${digits}`,
    `+${digits}`,
    `-${digits}`,
    `0x${digits}`,
    `${digits}_0`,
    `${digits} `,
    ` ${digits}`,
    (value + 1).toString(16),
    Math.max(0, value - 1).toString(16),
    `1${'0'.repeat(8)}${digits}`,
    `1${'0'.repeat(16)}${digits}`,
    'f'.repeat(digits.length),
    '0',
    '',
  ];
  const way = ways[random.integer(ways.length)] ?? '';
  return Buffer.from(text.slice(0, found.index) + way + text.slice(found.index + digits.length), 'latin1');
};

const remove: Mutation = (input, { random }) => {
  const [start, end] = range(input, random);
  return Buffer.concat([input.subarray(0, start), input.subarray(end)]);
};

const repeat: Mutation = (input, { random }) => {
  const [start, end] = range(input, random);
  const times = 1 + random.integer(random.integer(8) === 0 ? 100 : 3);
  const again = Array.from({ length: times }, () => input.subarray(start, end));
  return Buffer.concat([input.subarray(0, end), ...again, input.subarray(end)]);
};

const insertWord: Mutation = (input, { random, dictionary }) => {
  const at = random.integer(input.length + 1);
  const word = dictionary[random.integer(dictionary.length)] ?? Buffer.alloc(0);
  return Buffer.concat([input.subarray(0, at), word, input.subarray(at)]);
};

const replaceByWord: Mutation = (input, { random, dictionary }) => {
  const [start, end] = range(input, random);
  const word = dictionary[random.integer(dictionary.length)] ?? Buffer.alloc(0);
  return Buffer.concat([input.subarray(0, start), word, input.subarray(end)]);
};

const splice: Mutation = (input, { random, other }) => {
  const second = other();
  return Buffer.concat([
    input.subarray(0, random.integer(input.length + 1)),
    second.subarray(random.integer(second.length + 1)),
  ]);
};

/** Twice a line, a line less, two lines in another order, or a line of another input. */
const editLines: Mutation = (input, { random, other }) => {
  const lines = input.toString('latin1').split('\r\n');
  const others = other().toString('latin1').split('\r\n');
  const at = random.integer(lines.length);
  const line = lines[random.integer(lines.length)] ?? '';
  const edits = [
    lines.toSpliced(at, 0, line),
    lines.toSpliced(at, 1),
    lines.with(at, line),
    lines.toSpliced(at, 0, others[random.integer(others.length)] ?? ''),
  ];
  return Buffer.from((edits[random.integer(edits.length)] ?? lines).join('\r\n'), 'latin1');
};

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setSpecial,
  changeCase,
  changeInteger,
  changeNumber,
  remove,
  repeat,
  insertWord,
  replaceByWord,
  splice,
  editLines,
];

function edited(input: Buffer, random: Random, edit: (bytes: Buffer, at: number) => void): Buffer {
  const bytes = Buffer.from(input);
  if (bytes.length > 0) {
    edit(bytes, random.integer(bytes.length));
  }
  return bytes;
}

/** Mostly short. */
function range(input: Buffer, random: Random): readonly [start: number, end: number] {
  const start = random.integer(input.length + 1);
  const longest = random.integer(4) === 0 ? input.length : 8;
  return [start, Math.min(input.length, start + random.integer(longest + 1))];
}
