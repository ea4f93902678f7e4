/** What V8 documents of the places in a stack trace, and the type of Node leaves out. */
interface Frame {
  toString(): string;
}

/**
 * Lets errors of system calls do without a stack trace: they come from the event loop, so it says nothing, and Node puts it into words for
 * each connection that a client ends by a reset. That was a tenth of what such a connection cost. All other errors keep theirs.
 */
export function leaveOutStacksOfSystemErrors(): void {
  Error.prepareStackTrace = (error, frames: readonly Frame[]) =>
    'syscall' in error
      ? String(error)
      : [String(error), ...frames.map((frame) => frame.toString())].join('\n    at ');
}
