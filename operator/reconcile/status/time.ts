/** RFC 3339 without fractions, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.[0-9]+Z$/, 'Z');
}
