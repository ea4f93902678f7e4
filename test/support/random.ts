/** Random numbers that are the same in every run. */
export interface Random {
  /** From 0 to `below - 1`. */
  integer(below: number): number;
}

/** A small linear congruential generator (Numerical Recipes); good enough to vary inputs. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return {
    integer: (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    },
  };
}
