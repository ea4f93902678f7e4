/** `make demo`: the example of a Teamwork Cloud in front of small demo servers, on this host alone. */
import { fileURLToPath } from 'node:url';
import { runDemo } from './demo.ts';

const ROOT = new URL('../../', import.meta.url);

const interruption = new AbortController();
process.on('SIGINT', () => interruption.abort()).on('SIGTERM', () => interruption.abort());

process.exitCode = await runDemo({
  manifest: fileURLToPath(new URL('examples/teamwork-cloud-layer7.yaml', ROOT)),
  reportFile: fileURLToPath(new URL('build/reports/demo.json', ROOT)),
  endAfterChecks: process.env['DEMO_ONCE'] === '1',
  signal: interruption.signal,
  print: (text) => void process.stdout.write(`${text}\n`),
});
