import { admit } from '../../api/admission/admit.ts';
import { KIND } from '../../api/resource.ts';
import type { TeamworkProxy } from '../../api/resource.ts';
import type { SecretData } from '../../reconcile/plan/types.ts';
import { isObject } from './documents.ts';
import type { ManifestDocument } from './documents.ts';
import type { ManifestError } from './errors.ts';
import { decodeSecret } from './secrets.ts';

/** What the documents of the manifests hold. */
export interface Manifests {
  readonly proxies: readonly TeamworkProxy[];
  /** Secrets by `namespace/name`. */
  readonly secrets: ReadonlyMap<string, SecretData>;
  /** Documents of other kinds, which are nothing to us, such as `Service default/twc`. */
  readonly ignored: readonly string[];
}

export interface Collected {
  readonly manifests: Manifests;
  readonly errors: readonly ManifestError[];
}

/** What one document turned out to be; `id` is `namespace/name`. */
type Outcome =
  | { readonly is: 'proxy'; readonly id: string; readonly proxy: TeamworkProxy }
  | { readonly is: 'secret'; readonly id: string; readonly data: SecretData }
  | { readonly is: 'other'; readonly id: string }
  | { readonly is: 'wrong'; readonly errors: readonly ManifestError[] };

/** Namespace of what names none, as with kubectl. */
const DEFAULT_NAMESPACE = 'default';

/** Admits the TeamworkProxy documents and decodes the Secret documents. */
export function collect(documents: readonly ManifestDocument[]): Collected {
  const proxies = new Map<string, TeamworkProxy>();
  const secrets = new Map<string, SecretData>();
  const ignored: string[] = [];
  const errors: ManifestError[] = [];
  for (const document of documents) {
    const outcome = readDocument(document);
    if (outcome.is === 'wrong') errors.push(...outcome.errors);
    else if (outcome.is === 'other') ignored.push(outcome.id);
    else if ((outcome.is === 'proxy' ? proxies : secrets).has(outcome.id))
      errors.push(repeated(document, outcome.id));
    else if (outcome.is === 'proxy') proxies.set(outcome.id, outcome.proxy);
    else secrets.set(outcome.id, outcome.data);
  }
  return { manifests: { proxies: [...proxies.values()], secrets, ignored }, errors };
}

function readDocument(document: ManifestDocument): Outcome {
  const { apiVersion, kind, metadata } = document.value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return wrong(document, '', 'has no apiVersion or no kind, so it is not a Kubernetes object');
  }
  const { name, namespace = DEFAULT_NAMESPACE } = isObject(metadata) ? metadata : {};
  if (typeof name !== 'string' || typeof namespace !== 'string')
    return wrong(document, 'metadata.name', 'is missing, or is not a string; every object has a name');
  const id = `${namespace}/${name}`;
  if (kind === KIND) return readProxy(document, id);
  if (kind === 'Secret') {
    const secret = decodeSecret(document);
    return secret.ok ? { is: 'secret', id, data: secret.data } : { is: 'wrong', errors: secret.errors };
  }
  return { is: 'other', id: `${kind} ${id}` };
}

function readProxy({ file, document, value }: ManifestDocument, id: string): Outcome {
  const admitted = admit(value);
  if (!admitted.ok)
    return { is: 'wrong', errors: admitted.errors.map((error) => ({ file, document, ...error })) };
  return { is: 'proxy', id, proxy: admitted.resource };
}

function wrong({ file, document }: ManifestDocument, path: string, message: string): Outcome {
  return { is: 'wrong', errors: [{ file, document, path, message }] };
}

function repeated({ file, document, value }: ManifestDocument, id: string): ManifestError {
  return {
    file,
    document,
    path: '',
    message: `${String(value['kind'])} ${id} stands in these manifests twice; remove one of them`,
  };
}
