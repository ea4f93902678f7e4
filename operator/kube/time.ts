/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
export function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
export function formatMicroTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
