/** Clients insist on being told that a server without TLS is meant. */
export function renderPlainKubeconfig(server: string): object {
  const name = 'fault-proxy';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
  };
}
