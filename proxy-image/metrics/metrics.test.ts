import { describe, expect, it } from '@jest/globals';
import { exposition } from './exposition.ts';
import { Registry } from './registry.ts';
import { mergeSnapshots, withoutGauges } from './snapshot.ts';

describe('Registry', () => {
  it('hands out one series per set of label values', () => {
    const family = new Registry().counter({ name: 'a_total', help: 'A.', labelNames: ['x', 'y'] });

    const first = family.labels({ x: '1', y: '2' });
    const again = family.labels({ y: '2', x: '1' });
    const other = family.labels({ x: '1,', y: '2' });

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('refuses a second metric of the same name', () => {
    const registry = new Registry();
    registry.counter({ name: 'a_total', help: 'A.', labelNames: [] });

    expect(() => registry.gauge({ name: 'a_total', help: 'B.', labelNames: [] })).toThrow(
      'metric a_total is declared twice',
    );
  });
});

describe('exposition', () => {
  it('writes counters and gauges with escaped labels and help', () => {
    const registry = new Registry();
    registry
      .counter({ name: 'a_total', help: 'Line one\nline \\two.', labelNames: ['path'] })
      .labels({ path: 'C:\\"x"\n' })
      .inc(3);
    registry.gauge({ name: 'b', help: 'B.', labelNames: [] }).labels({}).set(-1.5);

    const text = exposition(registry.snapshot());

    expect(text).toBe(
      [
        '# HELP a_total Line one\\nline \\\\two.',
        '# TYPE a_total counter',
        'a_total{path="C:\\\\\\"x\\"\\n"} 3',
        '# HELP b B.',
        '# TYPE b gauge',
        'b -1.5',
        '',
      ].join('\n'),
    );
  });

  it('writes histograms cumulatively, with a value on a bound inside its bucket', () => {
    const registry = new Registry();
    const histogram = registry
      .histogram({ name: 'd_seconds', help: 'D.', labelNames: ['f'], bounds: [0.1, 1] })
      .labels({ f: 'web' });
    for (const value of [0.05, 0.1, 0.5, 7]) {
      histogram.observe(value);
    }

    const text = exposition(registry.snapshot());

    expect(text).toBe(
      [
        '# HELP d_seconds D.',
        '# TYPE d_seconds histogram',
        'd_seconds_bucket{f="web",le="0.1"} 2',
        'd_seconds_bucket{f="web",le="1"} 3',
        'd_seconds_bucket{f="web",le="+Inf"} 4',
        'd_seconds_sum{f="web"} 7.65',
        'd_seconds_count{f="web"} 4',
        '',
      ].join('\n'),
    );
  });
});

describe('mergeSnapshots', () => {
  function worker(connections: number) {
    const registry = new Registry();
    registry
      .counter({ name: 'a_total', help: 'A.', labelNames: ['f'] })
      .labels({ f: 'web' })
      .inc(connections);
    registry.gauge({ name: 'open', help: 'O.', labelNames: [] }).labels({}).set(connections);
    registry
      .histogram({ name: 'd', help: 'D.', labelNames: [], bounds: [1] })
      .labels({})
      .observe(connections);
    return registry;
  }

  it('adds up equal series and keeps those of one worker alone', () => {
    const second = worker(2);
    second.counter({ name: 'b_total', help: 'B.', labelNames: [] }).labels({}).inc();

    const merged = mergeSnapshots([worker(1).snapshot(), structuredClone(second.snapshot())]);

    expect(merged).toEqual([
      {
        name: 'a_total',
        help: 'A.',
        type: 'counter',
        labelNames: ['f'],
        series: [{ labels: ['web'], value: 3 }],
      },
      { name: 'open', help: 'O.', type: 'gauge', labelNames: [], series: [{ labels: [], value: 3 }] },
      {
        name: 'd',
        help: 'D.',
        type: 'histogram',
        labelNames: [],
        bounds: [1],
        series: [{ labels: [], counts: [1, 1], sum: 3 }],
      },
      { name: 'b_total', help: 'B.', type: 'counter', labelNames: [], series: [{ labels: [], value: 1 }] },
    ]);
  });

  it('lets go of the gauges of a worker that has ended', () => {
    const left = withoutGauges(worker(1).snapshot());

    expect(left.map(({ name }) => name)).toEqual(['a_total', 'd']);
  });
});
