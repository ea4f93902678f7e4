/** Loaded into a process before its program, started with `--expose-gc`: at SIGUSR2 it collects garbage and prints `heap <how many times> <bytes in use>`. */
let times = 0;

process.on('SIGUSR2', () => {
  times += 1;
  void report(times);
});

async function report(nth: number): Promise<void> {
  // This one takes what is weakly held, and code that has not run of late, too.
  await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' });
  process.stdout.write(`heap ${nth} ${process.memoryUsage().heapUsed}\n`);
}
