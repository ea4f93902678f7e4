import type { Logger } from '../../operator/kube/log.ts';

/** One thing that was reported. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps what it is told. */
export function recordingLog(
  entries: LogEntry[] = [],
  bound: Readonly<Record<string, unknown>> = {},
): Logger & { readonly entries: readonly LogEntry[] } {
  const at = (level: LogEntry['level']) => (fields: object, message: string) => {
    entries.push({ level, message, fields: { ...bound, ...fields } });
  };
  return {
    entries,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLog(entries, { ...bound, ...fields }),
  };
}
