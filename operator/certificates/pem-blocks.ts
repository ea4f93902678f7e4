/** One block of PEM text (RFC 7468). */
export interface PemBlock {
  readonly label: string;
  /** What stands between the two lines, headers included. */
  readonly body: string;
}

export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** Label of a block that has no end; nothing after it was read. */
  readonly unfinished?: string;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** Finds the blocks of a text, in one pass over it, whatever it holds. What stands outside blocks is passed over. */
export function pemBlocks(text: string): PemText {
  const blocks: PemBlock[] = [];
  for (let start = text.indexOf(BEGIN); start >= 0; start = text.indexOf(BEGIN, start)) {
    const labelEnd = text.indexOf(DASHES, start + BEGIN.length);
    if (labelEnd < 0) return { blocks, unfinished: text.slice(start + BEGIN.length, start + 40) };
    const label = text.slice(start + BEGIN.length, labelEnd);
    const end = text.indexOf(`-----END ${label}-----`, labelEnd);
    if (end < 0) return { blocks, unfinished: label };
    blocks.push({ label, body: text.slice(labelEnd + DASHES.length, end) });
    start = end;
  }
  return { blocks };
}
