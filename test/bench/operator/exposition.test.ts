import { describe, expect, it } from '@jest/globals';
import { growth, samplesOf, sumBy, total } from './exposition.ts';

const PAGE = `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{method="GET",code="200"} 12
requests_total{method="GET",code="404"} 3
requests_total{method="PUT",code="200",path="a \\"b\\""} 1e3
requests_total_created{method="GET"} 7
requests_depth 4
`;

describe('samplesOf', () => {
  it('reads labels and values of the metric of that name alone', () => {
    expect(samplesOf(PAGE, 'requests_total')).toEqual([
      { labels: { method: 'GET', code: '200' }, value: 12 },
      { labels: { method: 'GET', code: '404' }, value: 3 },
      { labels: { method: 'PUT', code: '200', path: 'a \\"b\\"' }, value: 1000 },
    ]);
  });

  it('reads a metric without labels', () => {
    expect(samplesOf(PAGE, 'requests_depth')).toEqual([{ labels: {}, value: 4 }]);
  });
});

describe('sums', () => {
  it('adds up what has the same key and leaves out what has none', () => {
    const sums = sumBy(samplesOf(PAGE, 'requests_total'), ({ method, code }) =>
      code === '404' ? undefined : method,
    );

    expect(sums).toEqual({ GET: 12, PUT: 1000 });
    expect(total(sums)).toBe(1012);
  });

  it('tells by how much they grew, and of those alone that did', () => {
    expect(growth({ GET: 1, PUT: 2 }, { GET: 1, PUT: 5, PATCH: 1 })).toEqual({ PUT: 3, PATCH: 1 });
  });
});
