/** The shortest input that is found by leaving out parts and still fails; `fails` is asked a bounded number of times. */
export function minimise(input: Buffer, fails: (candidate: Buffer) => boolean, budget = 3_000): Buffer {
  let smallest = input;
  let asked = 0;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && asked < budget;) {
      const candidate = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      asked += 1;
      if (fails(candidate)) {
        smallest = candidate;
      } else {
        at += size;
      }
    }
  }
  return smallest;
}
