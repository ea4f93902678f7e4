import { describe, expect, it } from '@jest/globals';
import { parseDocuments } from './documents.ts';

function parse(text: string) {
  return parseDocuments({ path: 'site.yaml', text });
}

describe('parseDocuments', () => {
  it('numbers the documents of a file as they stand in it, empty ones included', () => {
    const { documents } = parse('---\n---\nkind: A\n---\n# nothing but a comment\n---\nkind: B\n');

    expect(documents).toEqual([
      { file: 'site.yaml', document: 2, value: { kind: 'A' } },
      { file: 'site.yaml', document: 4, value: { kind: 'B' } },
    ]);
  });

  it('takes the items of a List, as kubectl get -o yaml prints it', () => {
    const { documents } = parse('apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n');

    expect(documents.map(({ value }) => value)).toEqual([{ kind: 'A' }, { kind: 'B' }]);
  });

  it('reads JSON', () => {
    const { documents } = parse('{"kind": "A"}');

    expect(documents.map(({ value }) => value)).toEqual([{ kind: 'A' }]);
  });

  it('understands merge keys', () => {
    const { documents } = parse('base: &base {kind: A}\nmore:\n  <<: *base\n');

    expect(documents[0]?.value).toMatchObject({ more: { kind: 'A' } });
  });

  it('tells where a file is not YAML', () => {
    const { documents, errors } = parse('kind: A\n---\nspec: [1\n');

    expect(documents).toEqual([]);
    expect(errors).toEqual([
      {
        file: 'site.yaml',
        document: null,
        path: '',
        message: expect.stringMatching(/^is not YAML: line 4, column 1: /),
      },
    ]);
  });

  it('refuses a document that is no mapping, and keeps the others', () => {
    const { documents, errors } = parse('just text\n---\nkind: A\n');

    expect(errors).toEqual([
      {
        file: 'site.yaml',
        document: 1,
        path: '',
        message: expect.stringMatching(/is not a Kubernetes object/),
      },
    ]);
    expect(documents).toHaveLength(1);
  });
});
