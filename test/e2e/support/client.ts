import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { prefix } from '../../cluster/network/addresses.ts';
import { execIn } from '../../cluster/network/exec.ts';
import { CommandError } from '../../cluster/process/run.ts';
import { hostname, hosts, workPath } from './layout.ts';

/** Network namespace of the client machine. */
export const clientNamespace = `${prefix}${hosts.client.name}`;

/** What came back for an HTTP request. */
export interface Answer {
  readonly status: number;
  /** Header fields by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface RequestOptions {
  /** Address of the flow. */
  readonly address: string;
  /** PEM file with the authorities that are trusted. */
  readonly trust: string;
  /** Address of the client machine that the request comes from; else its first one. */
  readonly from?: string;
  /** File that is sent as the body of a POST. */
  readonly upload?: string;
  /** File that cookies are kept in. */
  readonly cookies?: string;
  readonly headers?: readonly string[];
}

/**
 * Sends one request with curl from the client machine to the public host name, at the given address and port 443.
 *
 * @throws {CommandError} if there is no answer, or the certificate is not trusted
 */
export async function request(path: string, options: RequestOptions): Promise<Answer> {
  const { address, trust, from, upload, cookies, headers = [] } = options;
  mkdirSync(workPath('answers'), { recursive: true });
  const file = workPath('answers', randomUUID());
  const settings: Readonly<Record<string, string | readonly string[] | undefined>> = {
    output: file,
    'dump-header': '-',
    'max-time': '30',
    cacert: trust,
    'connect-to': `${hostname}:443:${address}:443`,
    interface: from,
    'data-binary': upload === undefined ? undefined : `@${upload}`,
    cookie: cookies,
    'cookie-jar': cookies,
    header: upload === undefined ? headers : ['Content-Type: application/octet-stream', ...headers],
  };
  const flags = Object.entries(settings).flatMap(([name, value = []]) =>
    [value].flat().flatMap((one) => [`--${name}`, one]),
  );
  const url = `https://${hostname}${path}`;
  const { stdout } = await execIn(clientNamespace, ['curl', '--silent', '--show-error', ...flags, url]);
  const answer = { ...parseHead(stdout), body: readFileSync(file) };
  rmSync(file);
  return answer;
}

/** Sends bytes over plain TCP from the client machine and gives what comes back until that is as long. */
export async function exchange(address: string, text: string): Promise<string> {
  const script = `exec 3<>/dev/tcp/${address}/443; printf %s "$1" >&3; head -c ${text.length} <&3`;
  const { stdout } = await execIn(clientNamespace, ['timeout', '20', 'bash', '-c', script, 'bash', text]);
  return stdout;
}

/** Whether the client machine gets a TCP connection to that address, at port 443 if no other is given. */
export async function isReachable(address: string, port = 443): Promise<boolean> {
  const dial = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`] as const;
  try {
    await execIn(clientNamespace, dial);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/** Parses what the servlet answers: one `name=value` a line. */
export function fields({ body }: Answer): Readonly<Record<string, string>> {
  const lines = body.toString('utf8').trimEnd().split(/\r?\n/);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Parses the last head of curl's --dump-header; there are several with `100 Continue`. */
function parseHead(text: string): Omit<Answer, 'body'> {
  const [statusLine = '', ...lines] =
    text
      .trimEnd()
      .split(/\r\n\r\n/)
      .at(-1)
      ?.split('\r\n') ?? [];
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers) };
}
