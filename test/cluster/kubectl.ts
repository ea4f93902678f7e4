import { locate } from './binaries/locate.ts';
import { run } from './process/run.ts';

export interface KubectlOptions {
  /** Given to kubectl on standard input, for example a manifest for `apply -f -`. */
  readonly input?: string;
  /** After this many milliseconds kubectl is killed; a minute if left out. */
  readonly timeoutMs?: number;
}

/**
 * Runs kubectl and gives what it wrote to standard output.
 *
 * @param kubeconfig path of the kubeconfig file
 * @throws {CommandError} if kubectl fails, with what it said
 */
export async function kubectl(
  kubeconfig: string,
  args: readonly string[],
  { input, timeoutMs = 60_000 }: KubectlOptions = {},
): Promise<string> {
  const { stdout } = await run(locate('kubectl'), [`--kubeconfig=${kubeconfig}`, ...args], {
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
}

/**
 * Runs kubectl with `-o json` and gives the parsed answer. The caller says of which type it is; nothing checks that.
 *
 * @throws {CommandError} if kubectl fails, with what it said
 */
export async function kubectlJson<T>(kubeconfig: string, args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl(kubeconfig, [...args, '-o', 'json'])) as T;
}

/**
 * Applies manifests (YAML or JSON, one or more documents) on the server's side, as field manager `teamwork-proxy-test`, taking
 * over fields that others manage.
 *
 * @throws {CommandError} if the API server refuses one, with its reason
 */
export async function apply(kubeconfig: string, manifests: string): Promise<void> {
  const flags = ['--server-side', '--force-conflicts', '--field-manager=teamwork-proxy-test'];
  await kubectl(kubeconfig, ['apply', ...flags, '-f', '-'], { input: manifests });
}
