/**
 * Runs on a machine beside the cluster: a TM1 server, and pages of a place on the Internet. Arguments: address, port of the TM1 server, port
 * of the pages, and the files of the certificate and key that both have. Prints a line when both listen.
 */
import { readFileSync } from 'node:fs';
import { startPageServer } from '../../support/browser/page-server.ts';
import { startTm1Server } from '../../support/tm1/server.ts';

const [host = '', tm1 = '', pages = '', certFile = '', keyFile = ''] = process.argv.slice(2);
const identity = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
await startTm1Server({ ...identity, host, port: Number(tm1), user: 'admin', password: 'apple' });
await startPageServer(identity, { host, port: Number(pages) });
process.stdout.write('listening\n');
