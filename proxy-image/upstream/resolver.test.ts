import { describe, expect, it } from '@jest/globals';
import { ResolvedName, type Address } from './resolver.ts';

const ONE: readonly Address[] = [{ address: '192.0.2.1', family: 4 }];
const TWO: readonly Address[] = [...ONE, { address: '192.0.2.2', family: 4 }];

/** A resolver that gives the prepared answers, one after the other. */
function answering(...answers: (readonly Address[] | Error)[]) {
  const asked: string[] = [];
  const lookup = async (host: string): Promise<readonly Address[]> => {
    asked.push(host);
    const answer = answers.shift() ?? new Error('no answer prepared');
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { asked, lookup };
}

const FAILURE = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });

describe('ResolvedName', () => {
  it('asks nobody about an address', () => {
    const { asked, lookup } = answering();

    const name = new ResolvedName('::1', lookup);

    expect(name.addresses(0)).toEqual([{ address: '::1', family: 6 }]);
    expect(asked).toEqual([]);
  });

  it('keeps an answer for a few seconds', async () => {
    const { asked, lookup } = answering(ONE);
    const name = new ResolvedName('a', lookup);
    name.addresses(0);
    await name.settled();

    const addresses = [1, 2_000, 4_999].map((now) => name.addresses(now));

    expect(addresses).toEqual([ONE, ONE, ONE]);
    expect(asked).toEqual(['a']);
  });

  it('goes on with the old answer until the new one is there', async () => {
    const { lookup } = answering(ONE, TWO);
    const name = new ResolvedName('a', lookup);
    name.addresses(0);
    await name.settled();

    const meanwhile = name.addresses(5_000);
    await name.settled();

    expect(meanwhile).toEqual(ONE);
    expect(name.addresses(5_001)).toEqual(TWO);
  });

  it('keeps the last good answer when the resolver fails', async () => {
    const { lookup } = answering(ONE, FAILURE);
    const name = new ResolvedName('a', lookup);
    name.addresses(0);
    await name.settled();

    name.addresses(5_000);
    await name.settled();

    expect(name.addresses(5_001)).toEqual(ONE);
    expect(name.error).toContain('ENOTFOUND');
  });

  it('asks again soon after a failure', async () => {
    const { asked, lookup } = answering(FAILURE, ONE);
    const name = new ResolvedName('a', lookup);
    name.addresses(0);
    await name.settled();

    const early = name.addresses(999);
    name.addresses(1_000);
    await name.settled();

    expect(early).toBeNull();
    expect(name.addresses(1_001)).toEqual(ONE);
    expect(asked).toHaveLength(2);
    expect(name.error).toBeNull();
  });

  it('keeps the identity of an answer that has not changed', async () => {
    const { lookup } = answering(TWO, TWO.toReversed());
    const name = new ResolvedName('a', lookup);
    name.addresses(0);
    await name.settled();
    const before = name.addresses(1);

    name.addresses(5_000);
    await name.settled();

    expect(name.addresses(5_001)).toBe(before);
  });
});
