import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { API_VERSION, KIND, PLURAL } from '../../../operator/api/resource.ts';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { apply, kubectl } from '../../cluster/kubectl.ts';
import { untilReady } from '../../cluster/process/ready.ts';

/** What the API server says of a manifest. */
export type Verdict =
  | { readonly ok: true; readonly spec: unknown }
  | { readonly ok: false; readonly fields: readonly string[]; readonly message: string };

/** An API server that knows our resource. */
export interface ApiServer {
  /** Creates a TeamworkProxy as a dry run: everything happens but storing it. Unknown fields are refused, as kubectl does. */
  admit(document: unknown): Promise<Verdict>;
  close(): void;
}

const CRD_FILE = new URL('../../../crds/teamworkproxies.yaml', import.meta.url);
const CREATE_PATH = `/apis/${API_VERSION}/namespaces/default/${PLURAL}?dryRun=All&fieldValidation=Strict`;

/** Makes the resource known to an API server, and resolves when that serves it. */
export async function serveResource(controlPlane: ControlPlane): Promise<ApiServer> {
  await apply(controlPlane.kubeconfig, await readFile(CRD_FILE, 'utf8'));
  await untilReady({
    what: `the resource ${KIND}`,
    check: async () => {
      await kubectl(controlPlane.kubeconfig, ['get', PLURAL]);
      return undefined;
    },
    timeoutMs: 30_000,
  });
  const agent = new Agent({
    keepAlive: true,
    ca: controlPlane.certificateAuthority,
    cert: controlPlane.clientCertificate,
    key: controlPlane.clientKey,
  });
  const url = new URL(CREATE_PATH, controlPlane.url);
  return {
    admit: async (document) => verdict(await post(url, agent, document)),
    close: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function post(url: URL, agent: Agent, document: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(document));
  });
}

interface Status {
  readonly reason?: string;
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] };
}

function verdict({ status, body }: Answer): Verdict {
  if (status === 201) return { ok: true, spec: (JSON.parse(body) as { spec: unknown }).spec };
  const refusal = JSON.parse(body) as Status;
  if (status === 422 || status === 400) {
    return { ok: false, fields: fieldsAtFault(refusal), message: refusal.message };
  }
  throw new Error(`the API server answers ${status}: ${body}`);
}

/** The fields that a refusal names, each once and in order. */
function fieldsAtFault({ message, details }: Status): readonly string[] {
  const unknown = [...message.matchAll(/unknown field "([^"]+)"/g)].map(([, field = '']) => field);
  // The field <nil> stands for remarks on the whole, such as that some rules were not looked at.
  const invalid = (details?.causes ?? []).flatMap(({ field }) =>
    field === undefined || field === '<nil>' ? [] : [field],
  );
  return [...new Set([...unknown, ...invalid])].sort();
}
