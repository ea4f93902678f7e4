import type { LineWriter } from './writer.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts beside a message that never changes: names, numbers, and errors as their message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes JSON lines with `time`, `level`, `msg` and the given fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  readonly writer: LineWriter;
  /** Fields of every line, such as the process it comes from. */
  readonly fields?: LogFields;
}

export function createLogger({ level, writer, fields }: LoggerOptions): Logger {
  const least = LOG_LEVELS.indexOf(level);
  const at = (level: LogLevel) => {
    if (LOG_LEVELS.indexOf(level) < least) {
      return () => undefined;
    }
    return (message: string, more?: LogFields): void => {
      writer.line(
        JSON.stringify(
          { time: new Date().toISOString(), level, msg: message, ...fields, ...more },
          errorText,
        ),
      );
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** An Error has no properties of its own that JSON would show. */
function errorText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}
