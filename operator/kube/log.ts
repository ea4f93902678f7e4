/** Where the machinery reports to; a pino logger is one. The message is a fixed text, what varies is in the fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds these fields to all it reports. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}
