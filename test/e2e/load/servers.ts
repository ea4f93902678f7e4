/** Runs on a machine beside the cluster: pages and an echo. Arguments: address, port of the pages, port of the echo. Prints a line when both listen. */
import { startPageServer } from '../../support/load/pages.ts';
import { startEchoServer } from '../../support/tcp.ts';

const [host = '', pages = '', echo = ''] = process.argv.slice(2);
await startPageServer({ host, port: Number(pages) });
await startEchoServer({ host, port: Number(echo) });
process.stdout.write('listening\n');
