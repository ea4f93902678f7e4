import { describe, expect, it } from '@jest/globals';
import { readH2load, readWrk } from './load.ts';

const WRK = `Running 2s test @ http://127.0.0.1:1/webapp/1k
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.11ms    1.20ms  21.02ms   80.00%
  61234 requests in 2.01s, 71.10MB read
`;

describe('readWrk', () => {
  it('reads what was done', () => {
    expect(readWrk(WRK)).toEqual({ units: 61_234, seconds: 2.01, errors: 0 });
  });

  it.each([
    ['  Non-2xx or 3xx responses: 12', 12],
    ['  Socket errors: connect 1, read 2, write 3, timeout 4', 10],
  ])('counts %j as errors', (line, errors) => {
    expect(readWrk(`${WRK}${line}\n`).errors).toBe(errors);
  });

  it('refuses anything else', () => {
    expect(() => readWrk('unable to connect')).toThrow('unable to connect');
  });
});

const H2LOAD = `finished in 1.00s, 41000.00 req/s, 45.01MB/s
requests: 41000 total, 41128 started, 41000 done, 41000 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 41000 2xx, 0 3xx, 0 4xx, 0 5xx
`;

describe('readH2load', () => {
  it('reads what was done', () => {
    expect(readH2load(H2LOAD, 1)).toEqual({ units: 41_000, seconds: 1, errors: 0 });
  });

  it.each([
    ['0 failed, 0 errored', '3 failed, 2 errored', 5],
    ['0 3xx, 0 4xx, 0 5xx', '1 3xx, 2 4xx, 3 5xx', 6],
  ])('counts what is not %j as errors', (none, some, errors) => {
    expect(readH2load(H2LOAD.replace(none, some), 1).errors).toBe(errors);
  });
});
