import type { Authorities } from '../../certificates/authorities.ts';

/**
 * Name of the file with an entry of `spec.authorities`. It changes with what it holds: so the configuration says which content it means, and a
 * proxy that has one before the other waits for the rest. As names have no dots, it is no certificate's.
 */
export function authorityFile(name: string, { sha256 }: Pick<Authorities, 'sha256'>): string {
  return `${name}.${sha256.slice(0, 16)}.pem`;
}

/** The name of the entry that a file is of; null for files of other kinds. */
export function authorityOf(file: string): string | null {
  return /^([^.]+)\.[0-9a-f]{16}\.pem$/.exec(file)?.[1] ?? null;
}
