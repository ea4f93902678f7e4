import { describe, expect, it } from '@jest/globals';
import { valuesOf } from '../../../test/support/http/messages.ts';
import {
  data,
  Flags,
  GET,
  headers,
  ping,
  POST,
  Type,
  type Fields,
} from '../../../test/support/http2/frames.ts';
import { http2Scenes } from '../../../test/support/http2/scene.ts';
import { ErrorCode } from './codec/error-codes.ts';

const setUp = http2Scenes();

/** A GET with one pseudo-header field changed; undefined leaves it out. */
function changed(name: string, value: string | undefined, fields: Fields = GET): Fields {
  return fields.flatMap((field) =>
    field[0] === name ? (value === undefined ? [] : [[name, value] as const]) : [field],
  );
}

function plus(...fields: Fields): Fields {
  return [...GET, ...fields];
}

describe('a malformed request (RFC 9113 section 8.1.1) is reset, and no byte of it reaches a server', () => {
  it.each<readonly [section: string, what: string, fields: Fields]>([
    ['8.3', 'an unknown pseudo-header field', [[':foo', 'bar'], ...GET]],
    ['8.3', 'a pseudo-header field of responses', [[':status', '200'], ...GET]],
    ['8.3', 'a pseudo-header field behind a field', [['a', 'b'], ...GET]],
    ['8.3', 'a pseudo-header field behind a cookie', [['cookie', 'b'], ...GET]],
    ['8.3', 'a pseudo-header field behind Host', [['host', 'twc.example.com'], ...GET]],
    ['8.3', 'a pseudo-header field at the end', [...GET.slice(1), ['a', 'b'], [':method', 'GET']]],
    ['8.3', 'two methods', [[':method', 'POST'], ...GET]],
    ['8.3', 'two schemes', [[':scheme', 'https'], ...GET]],
    ['8.3', 'two authorities', [[':authority', 'twc.example.com'], ...GET]],
    ['8.3', 'two paths', [[':path', '/b'], ...GET]],
    ['8.3.1', 'no method', changed(':method', undefined)],
    ['8.3.1', 'no scheme', changed(':scheme', undefined)],
    ['8.3.1', 'no path', changed(':path', undefined)],
    ['8.3.1', 'an empty path', changed(':path', '')],
    ['8.3.1', 'an empty method', changed(':method', '')],
    ['8.3.1', 'another scheme', changed(':scheme', 'https://x/?')],
    ['8.3.1', 'a path without slash', changed(':path', 'a')],
    ['8.3.1', 'an absolute path', changed(':path', 'https://twc.example.com/a')],
    ['8.3.1', 'a star for GET', changed(':path', '*')],
    ['8.3.1', 'a space in the path', changed(':path', '/a HTTP/1.1')],
    ['8.3.1', 'CR LF in the path', changed(':path', '/a HTTP/1.1\r\nX: y')],
    ['8.3.1', 'LF in the path', changed(':path', '/a\nX: y')],
    ['8.3.1', 'a tab in the path', changed(':path', '/a\tb')],
    ['8.3.1', 'NUL in the path', changed(':path', '/a\0b')],
    ['8.3.1', 'a fragment in the path', changed(':path', '/a#b')],
    ['8.3.1', 'a byte of 0x80 in the path', changed(':path', '/a\x80')],
    ['8.3.1', 'a byte of 0xff in the path', changed(':path', '/\xff')],
    ['8.3.1', 'a space in the method', changed(':method', 'GET /evil HTTP/1.1')],
    ['8.3.1', 'CR LF in the method', changed(':method', 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET')],
    ['8.3.1', 'a colon in the method', changed(':method', 'GET:')],
    ['8.3.1', 'CR LF in the authority', changed(':authority', 'twc.example.com\r\nX: y')],
    ['8.3.1', 'a space in the authority', changed(':authority', 'twc.example.com x')],
    ['8.3.1', 'a Host that names another host', plus(['host', 'other.example.com'])],
    ['8.3.1', 'two Hosts', plus(['host', 'twc.example.com'], ['host', 'twc.example.com'])],
    ['8.2.1', 'upper case in a name', plus(['X-A', 'b'])],
    ['8.2.1', 'an empty name', plus(['', 'b'])],
    ['8.2.1', 'a space in a name', plus(['x a', 'b'])],
    ['8.2.1', 'a colon in a name', plus(['x:a', 'b'])],
    ['8.2.1', 'CR in a name', plus(['x\ra', 'b'])],
    ['8.2.1', 'CR LF in a name', plus(['x: y\r\nz', 'b'])],
    ['8.2.1', 'a byte of 0x80 in a name', plus(['x\x80', 'b'])],
    ['8.2.1', 'CR LF in a value', plus(['x', 'b\r\nTransfer-Encoding: chunked'])],
    ['8.2.1', 'CR in a value', plus(['x', 'b\rc'])],
    ['8.2.1', 'LF in a value', plus(['x', 'b\nc'])],
    ['8.2.1', 'NUL in a value', plus(['x', 'b\0c'])],
    ['8.2.1', 'a space before a value', plus(['x', ' b'])],
    ['8.2.1', 'a tab behind a value', plus(['x', 'b\t'])],
    ['8.2.1', 'CR LF in a cookie', plus(['cookie', 'a=b\r\nX: y'])],
    ['8.2.2', 'Connection', plus(['connection', 'close'])],
    ['8.2.2', 'Keep-Alive', plus(['keep-alive', 'timeout=5'])],
    ['8.2.2', 'Proxy-Connection', plus(['proxy-connection', 'close'])],
    ['8.2.2', 'Transfer-Encoding', plus(['transfer-encoding', 'chunked'])],
    ['8.2.2', 'Upgrade', plus(['upgrade', 'websocket'])],
    ['8.2.2', 'TE other than trailers', plus(['te', 'trailers, chunked'])],
    ['8.1.1', 'content-length without a body', plus(['content-length', '5'])],
    ['8.1.1', 'two content-lengths', plus(['content-length', '0'], ['content-length', '0'])],
    ['8.1.1', 'content-length with a sign', plus(['content-length', '+0'])],
    ['8.1.1', 'content-length with a zero before it', plus(['content-length', '00'])],
    ['8.1.1', 'content-length as a list', plus(['content-length', '0, 0'])],
    ['8.1.1', 'content-length beyond what can be counted', plus(['content-length', '9'.repeat(20)])],
    [
      '8.5',
      'extended CONNECT, which was not offered',
      [[':protocol', 'websocket'], ...changed(':method', 'CONNECT')],
    ],
  ])('%s: %s', async (_section, _what, fields) => {
    const { client, upstream, proxy } = await setUp();

    await client.send(headers(1, fields));
    const response = await client.response(1);
    await client.send(headers(3));

    expect(response).toMatchObject({ status: 0, reset: ErrorCode.ProtocolError });
    expect(await client.response(3)).toMatchObject({ status: 200 });
    expect(upstream.requests()).toHaveLength(1);
    expect(
      upstream.connections().every(({ bytes }) => bytes.startsWith('GET /a HTTP/1.1\r\nhost: twc.')),
    ).toBe(true);
    expect(proxy.requests).toMatchObject([
      { status: 400, error: expect.any(String) },
      { status: 200, error: null },
    ]);
  });
});

describe('a request that is not served is answered, and no byte of it reaches a server', () => {
  it.each<readonly [what: string, fields: Fields, status: number]>([
    ['user information', changed(':authority', 'user@twc.example.com'), 400],
    ['a path in the authority', changed(':authority', 'twc.example.com/x'), 400],
    ['a list of authorities', changed(':authority', 'twc.example.com,other'), 400],
    ['a port that is none', changed(':authority', 'twc.example.com:99999'), 400],
    ['an empty authority', changed(':authority', ''), 400],
    ['no authority at all', changed(':authority', undefined), 400],
    [
      'CONNECT',
      [
        [':method', 'CONNECT'],
        [':authority', 'twc.example.com:443'],
      ],
      501,
    ],
    ['TRACE', changed(':method', 'TRACE'), 501],
    ['a dot segment', changed(':path', '/a/../b'), 400],
    ['an encoded dot segment', changed(':path', '/a/%2e%2e/b'), 400],
    ['a backslash', changed(':path', '/a\\b'), 400],
    ['an encoded NUL', changed(':path', '/a%00'), 400],
    ['an underscore for a hyphen of Transfer-Encoding', plus(['transfer_encoding', 'chunked']), 400],
    ['an underscore for a hyphen of X-Forwarded-For', plus(['x_forwarded_for', '1.2.3.4']), 400],
    ['an expectation that nobody knows', plus(['expect', 'miracles']), 417],
    ['too many fields', plus(...Array.from({ length: 130 }, (_, index) => [`x-${index}`, ''] as const)), 431],
    ['a field that is too large', plus(['x', 'y'.repeat(5_000)]), 431],
  ])('%s', async (_what, fields, status) => {
    const { client, upstream } = await setUp({ frontend: { limits: { headerBytes: 8_000 } } });

    await client.send(
      headers(1, fields.length > 100 || status !== 431 ? fields : [...fields, ['z', 'y'.repeat(2_999)]]),
    );

    expect(await client.response(1)).toMatchObject({ status, ended: true, reset: null });
    expect(upstream.sockets).toHaveLength(0);
  });

  it.each<readonly [what: string, field: Fields[number], status: number]>([
    ['imitates another', ['content_length', '5'], 400],
    ['is too large', ['x', 'y'.repeat(9_000)], 431],
  ])('HEAD with a field that %s, without a body', async (_what, field, status) => {
    const { client, proxy } = await setUp({ frontend: { limits: { headerBytes: 8_000 } } });

    await client.send(headers(1, [...changed(':method', 'HEAD'), field]));

    expect(await client.response(1)).toMatchObject({ status, body: '', ended: true });
    expect(proxy.requests).toMatchObject([{ method: 'HEAD', status }]);
  });

  it('another host name than those that are served', async () => {
    const { client, upstream } = await setUp({ frontend: { hostnames: ['other.example.com'] } });

    await client.send(headers(1));

    expect(await client.response(1)).toMatchObject({ status: 421, ended: true });
    expect(upstream.sockets).toHaveLength(0);
  });

  it('more body than is let through', async () => {
    const { client, upstream } = await setUp({ frontend: { limits: { bodyBytes: 10 } } });

    await client.send(headers(1, [...POST, ['content-length', '11']], Flags.EndHeaders));

    expect(await client.response(1)).toMatchObject({ status: 413, ended: true });
    expect(upstream.sockets).toHaveLength(0);
  });
});

describe('a request is forwarded', () => {
  it('as HTTP/1.1, with Host from :authority and the forwarding fields of the proxy', async () => {
    const { client, upstream } = await setUp();

    await client.send(
      headers(1, [
        [':path', '/a?b=c'],
        [':method', 'GET'],
        [':authority', 'TWC.example.com:8443'],
        [':scheme', 'https'],
        ['accept', '*/*'],
        ['te', 'trailers'],
        ['x-forwarded-for', '6.6.6.6'],
        ['__proto__', 'x'],
      ]),
    );
    await client.response(1);

    expect(upstream.requests()).toEqual([
      {
        method: 'GET',
        target: '/a?b=c',
        version: 'HTTP/1.1',
        fields: [
          ['host', 'TWC.example.com:8443'],
          ['accept', '*/*'],
          ['__proto__', 'x'],
          ['X-Forwarded-For', '127.0.0.1'],
          ['X-Forwarded-Proto', 'https'],
          ['X-Forwarded-Port', '443'],
          ['X-Forwarded-Host', 'TWC.example.com:8443'],
        ],
        body: '',
        trailers: [],
      },
    ]);
  });

  it('with its cookies in one field (RFC 9113 section 8.2.3)', async () => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, plus(['cookie', 'a=1'], ['x', 'y'], ['cookie', 'b=2'])));
    await client.response(1);

    expect(valuesOf(upstream.requests()[0]?.fields ?? [], 'cookie')).toEqual(['a=1; b=2']);
  });

  it('without white space at the end for a cookie without content', async () => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, plus(['cookie', ''], ['cookie', 'a=1'], ['cookie', ''])));
    await client.response(1);

    expect(upstream.connections()[0]?.bytes).toContain('cookie: a=1\r\n');
  });

  it('with Host where there is no :authority, or one that agrees', async () => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, [...changed(':authority', undefined), ['host', 'a']]));
    await client.send(headers(3, plus(['host', 'TWC.EXAMPLE.COM'])));
    await client.response(1);
    await client.response(3);

    expect(
      upstream
        .requests()
        .flatMap(({ fields }) => valuesOf(fields, 'host'))
        .toSorted(),
    ).toEqual(['a', 'twc.example.com']);
  });

  it.each<
    readonly [what: string, fields: Fields, body: readonly Buffer[], sent: string, lengths: readonly string[]]
  >([
    [
      'by its length',
      [...POST, ['content-length', '6']],
      [data(1, 'abc'), data(1, 'def', Flags.EndStream)],
      'abcdef',
      ['6'],
    ],
    ['in chunks', POST, [data(1, 'abc'), data(1, 'def'), data(1, '', Flags.EndStream)], 'abcdef', []],
    ['that is empty, in chunks', POST, [data(1, '', Flags.EndStream)], '', []],
    [
      'that looks like chunks',
      POST,
      [data(1, '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n', Flags.EndStream)],
      '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
      [],
    ],
    ['with trailers, which are dropped', POST, [data(1, 'abc'), headers(1, [['host', 'evil']])], 'abc', []],
  ])('with a body %s', async (_what, fields, body, sent, lengths) => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, fields, Flags.EndHeaders), ...body);
    await client.response(1);

    const [request] = upstream.requests();
    expect(request?.body).toBe(sent);
    expect(valuesOf(request?.fields ?? [], 'content-length')).toEqual(lengths);
    expect(valuesOf(request?.fields ?? [], 'transfer-encoding')).toEqual(
      lengths.length === 0 ? ['chunked'] : [],
    );
  });

  it('says that a POST without a body has none', async () => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, POST));
    await client.response(1);

    expect(valuesOf(upstream.requests()[0]?.fields ?? [], 'content-length')).toEqual(['0']);
  });
});

describe('a body of another length than content-length says (RFC 9113 section 8.1.1)', () => {
  it.each([
    ['shorter', [data(1, 'abc', Flags.EndStream)]],
    ['longer', [data(1, 'abc'), data(1, 'defgh')]],
    ['shorter, with trailers', [data(1, 'abc'), headers(1, [['a', 'b']])]],
    ['longer, in one frame', [data(1, 'abcdefgh', Flags.EndStream)]],
  ])('is reset, and its server connection is not used again: %s', async (_what, body) => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, [...POST, ['content-length', '5']], Flags.EndHeaders), ...body);
    const { reset } = await client.response(1);
    await client.send(headers(3));
    await client.response(3);

    expect(reset).toBe(ErrorCode.ProtocolError);
    expect(upstream.requests().map(({ method }) => method)).toEqual(['GET']);
    expect(
      upstream.connections().filter(({ bytes }) => bytes.includes('POST') && bytes.includes('GET')),
    ).toEqual([]);
  });
});

describe('a request whose content-length has been reached', () => {
  it.each([
    ['without a body', '0', [], 'more'],
    ['with its whole body', '5', [data(1, 'abc'), data(1, 'de')], 'more'],
  ])('is not complete for its server before END_STREAM: %s', async (_what, length, body, more) => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, [...POST, ['content-length', length]], Flags.EndHeaders), ...body, ping());
    await client.frame(({ type, flags }) => type === Type.Ping && flags === Flags.Ack);
    await client.send(data(1, more));
    const { reset } = await client.response(1);
    await client.send(headers(3));
    await client.response(3);

    expect(reset).toBe(ErrorCode.ProtocolError);
    expect(upstream.requests().map(({ method }) => method)).toEqual(['GET']);
  });

  it.each([
    ['without a body', '0', [], ''],
    ['with its whole body', '5', [data(1, 'abc'), data(1, 'de')], 'abcde'],
  ])('is complete with END_STREAM: %s', async (_what, length, body, sent) => {
    const { client, upstream } = await setUp();

    await client.send(headers(1, [...POST, ['content-length', length]], Flags.EndHeaders), ...body, ping());
    await client.frame(({ type, flags }) => type === Type.Ping && flags === Flags.Ack);
    await client.send(data(1, '', Flags.EndStream));

    expect(await client.response(1)).toMatchObject({ status: 200, ended: true });
    expect(upstream.requests()).toMatchObject([{ method: 'POST', body: sent }]);
  });
});
