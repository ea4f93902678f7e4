import { readFileSync } from 'node:fs';

/** The last `count` lines of a text. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** The end of a log file in the form error messages show it: where it is, then its last lines. */
export function logExcerpt(path: string, count = 15): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return `It has written no log (${path}).`;
  }
  return text.trim() === ''
    ? `Its log ${path} is empty.`
    : `The end of its log ${path}:\n${lastLines(text, count)}`;
}
