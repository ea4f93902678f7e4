import { describe, expect, it } from '@jest/globals';
import { FewAtATime } from './few-at-a-time.ts';

describe('FewAtATime', () => {
  it('lets others wait for their turn, also behind what fails', async () => {
    const few = new FewAtATime(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (index: number): Promise<number> =>
      few.run(async () => {
        begun.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (index === 0) {
          throw new Error('failed');
        }
        return index;
      });
    const all = [0, 1, 2, 3].map(work);
    const [first, ...others] = all;

    expect(begun).toEqual([0, 1]);
    ends[0]?.();
    await expect(first).rejects.toThrow('failed');
    expect(begun).toEqual([0, 1, 2]);
    ends[2]?.();
    await others[1];
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[1]?.();
    ends[3]?.();

    expect(await Promise.all(others)).toEqual([1, 2, 3]);
  });
});
