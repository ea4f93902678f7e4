import type { FamilySnapshot, HistogramFamilySnapshot, MetricsSnapshot } from './snapshot.ts';

/** Content type of `exposition`: the Prometheus text format, version 0.0.4. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** A snapshot in the Prometheus text format. */
export function exposition(snapshot: MetricsSnapshot): string {
  return snapshot.map(familyText).join('');
}

function familyText(family: FamilySnapshot): string {
  const head = `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
  if (family.type === 'histogram') {
    return head + histogramText(family);
  }
  const lines = family.series.map(
    ({ labels, value }) => `${family.name}${labelText(family.labelNames, labels)} ${numberText(value)}\n`,
  );
  return head + lines.join('');
}

function histogramText({ name, labelNames, bounds, series }: HistogramFamilySnapshot): string {
  const bucketNames = [...labelNames, 'le'];
  const lines = series.flatMap(({ labels, counts, sum }) => {
    let total = 0;
    const buckets = counts.map((count, bucket) => {
      total += count;
      const bound = bounds[bucket] ?? Number.POSITIVE_INFINITY;
      return `${name}_bucket${labelText(bucketNames, [...labels, numberText(bound)])} ${total}\n`;
    });
    const rest = labelText(labelNames, labels);
    return [...buckets, `${name}_sum${rest} ${numberText(sum)}\n`, `${name}_count${rest} ${total}\n`];
  });
  return lines.join('');
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) {
    return '';
  }
  return `{${names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) {
    return String(value);
  }
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
