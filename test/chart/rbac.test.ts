import { beforeAll, describe, expect, it } from '@jest/globals';
import { renderChart } from './helm.ts';
import type { Rendered, Rule } from './helm.ts';

const READ_AND_APPLY = ['create', 'get', 'list', 'patch', 'watch'];
const READ_AND_WRITE = ['create', 'delete', 'get', 'list', 'patch', 'watch'];

/** Everything that the operator is allowed to do, as `group/resource` and verbs. A change here is a change of what users entrust to it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  '/configmaps': READ_AND_WRITE,
  '/pods': ['list', 'patch', 'watch'],
  '/secrets': READ_AND_WRITE,
  '/serviceaccounts': READ_AND_APPLY,
  '/services': READ_AND_WRITE,
  'apps/deployments': READ_AND_APPLY,
  'events.k8s.io/events': ['create', 'list', 'patch'],
  'networking.k8s.io/networkpolicies': READ_AND_WRITE,
  'autoscaling/horizontalpodautoscalers': READ_AND_WRITE,
  'policy/poddisruptionbudgets': READ_AND_APPLY,
  'teamworkproxy.io/teamworkproxies': ['get', 'list', 'watch'],
  'teamworkproxy.io/teamworkproxies/finalizers': ['update'],
  'teamworkproxy.io/teamworkproxies/status': ['patch'],
};

function permissions(rules: readonly Rule[]): Record<string, readonly string[]> {
  const entries = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.map((resource) => [`${group}/${resource}`, verbs] as const)),
  );
  return Object.fromEntries(entries);
}

function named(objects: readonly Rendered[], kind: string, name: string): readonly Rendered[] {
  return objects.filter((object) => object.kind === kind && object.metadata.name === name);
}

describe('permissions', () => {
  let objects: readonly Rendered[];

  beforeAll(async () => {
    objects = await renderChart();
  });

  it('cover every namespace, and no more than what is listed here', () => {
    const [role] = named(objects, 'ClusterRole', 'operator-teamwork-proxy-operator');

    expect(permissions(role?.rules ?? [])).toEqual(ALLOWED);
  });

  it('are in alphabetical order and without wildcards', () => {
    const rules = objects.flatMap((object) => object.rules ?? []);

    expect(rules.length).toBeGreaterThan(0);
    for (const { apiGroups, resources, verbs } of rules) {
      for (const list of [apiGroups, resources, verbs]) {
        expect(list).toEqual(list.toSorted());
        expect(list).not.toContain('*');
      }
    }
  });

  it('for the lease are apart, in the namespace of the release and for that lease only', () => {
    const [role] = named(objects, 'Role', 'operator-teamwork-proxy-operator-leader-election');

    expect(role?.metadata.namespace).toBe('operators');
    expect(role?.rules).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['teamwork-proxy-operator'],
        verbs: ['get', 'update'],
      },
    ]);
  });

  it('are the same ones in each watched namespace, and then nowhere else', async () => {
    const name = 'operator-teamwork-proxy-operator';

    const watched = await renderChart({ watchNamespaces: ['a', 'b'], rbac: { aggregate: false } });

    const roles = named(watched, 'Role', name);
    const bindings = named(watched, 'RoleBinding', name);
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['a', 'b']);
    expect(bindings.map(({ metadata }) => metadata.namespace)).toEqual(['a', 'b']);
    for (const { rules } of roles) {
      expect(permissions(rules ?? [])).toEqual(ALLOWED);
    }
    expect(watched.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
  });

  it('all go to the ServiceAccount of the operator', () => {
    const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));

    expect(bindings.map(({ kind }) => kind)).toEqual(['ClusterRoleBinding', 'RoleBinding']);
    for (const { subjects } of bindings) {
      expect(subjects).toEqual([
        { kind: 'ServiceAccount', name: 'operator-teamwork-proxy-operator', namespace: 'operators' },
      ]);
    }
  });

  it('of whoever may view or edit in a namespace cover TeamworkProxies', () => {
    const [edit] = named(objects, 'ClusterRole', 'operator-teamwork-proxy-operator-edit');
    const [view] = named(objects, 'ClusterRole', 'operator-teamwork-proxy-operator-view');

    expect(edit?.metadata.labels).toMatchObject({ 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' });
    expect(edit?.metadata.labels).not.toHaveProperty(['rbac.authorization.k8s.io/aggregate-to-view']);
    expect(view?.metadata.labels).toMatchObject({ 'rbac.authorization.k8s.io/aggregate-to-view': 'true' });
    expect(Object.values(permissions(view?.rules ?? [])).flat()).not.toContain('update');
  });

  it('are left to others where they are not wanted', async () => {
    const none = await renderChart({ rbac: { create: false } });

    expect(none.filter(({ rules }) => rules !== undefined)).toEqual([]);
    expect(none.filter(({ kind }) => kind.endsWith('Binding'))).toEqual([]);
  });
});
