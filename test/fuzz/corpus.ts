import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Inputs of a target that are kept: those that led somewhere new, and those that something was found with. Latin-1 in JSON. */
export function loadCorpus(target: string): readonly Buffer[] {
  const path = corpusPath(target);
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as readonly string[]).map((text) => Buffer.from(text, 'latin1'))
    : [];
}

export function corpusPath(target: string): string {
  return fileURLToPath(new URL(`corpus/${target}.json`, import.meta.url));
}

/** JSON with nothing in it but visible ASCII and white space. */
export function printable(json: string): string {
  return json.replaceAll(/[\x7f-\xff]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
