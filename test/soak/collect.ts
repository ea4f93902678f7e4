/**
 * Is loaded into the processes of the proxy before everything else: SIGUSR2 has V8 collect all garbage, so that what is in use afterwards is
 * what is kept. By itself V8 does that when it likes, in the supervisor hardly ever.
 */
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => collect());
