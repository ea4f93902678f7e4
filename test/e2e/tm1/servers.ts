/**
 * Runs on a machine beside the cluster: a TM1 server, pages of a place on the Internet, and a sign-on gateway. Arguments: address, ports of the
 * three in this order, host name of the sign-on gateway, and the files of the certificate and key that all have. Prints a line when all listen.
 */
import { readFileSync } from 'node:fs';
import { startPageServer } from '../../support/browser/page-server.ts';
import { startSignOnGateway } from '../../support/tm1/sign-on.ts';
import { startTm1Server } from '../../support/tm1/server.ts';

const [host = '', tm1 = '', pages = '', login = '', loginName = '', certFile = '', keyFile = ''] =
  process.argv.slice(2);
const identity = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
const { codes } = await startSignOnGateway(identity, { host, port: Number(login) });
const signingOn = { authorize: `https://${loginName}:${login}/authorize`, codes };
await startTm1Server({ ...identity, signingOn, host, port: Number(tm1), user: 'admin', password: 'apple' });
await startPageServer(identity, { host, port: Number(pages) });
process.stdout.write('listening\n');
