/** Something that is wrong with the manifests. */
export interface ManifestError {
  readonly file: string;
  /** Number of the document in the file, from 1; null where the file as a whole is meant. */
  readonly document: number | null;
  /** Field of the document, such as `spec.frontends[0].port`; empty where the document as a whole is meant. */
  readonly path: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** One line: file, document, field, message. */
export function formatManifestError({ file, document, path, message }: ManifestError): string {
  const place = document === null ? file : `${file}, document ${document}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
