import { describe, expect, it } from '@jest/globals';
import { makeOrigin } from './forwarded.ts';
import { forwardedHead, type Forwarding } from '../http1/forward-request.ts';
import { RequestHead } from '../http1/request-head.ts';

const ORIGIN = makeOrigin({
  sourceAddress: '192.0.2.7',
  scheme: 'https',
  port: 443,
  clientCertificate: null,
});
const ADDED = [
  'X-Forwarded-For: 192.0.2.7',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Port: 443',
  'X-Forwarded-Host: a.example',
];

/** The lines that a request is forwarded with. */
function forwarded(
  fields: readonly string[],
  forwarding: Partial<Forwarding> = {},
  line = 'GET / HTTP/1.1',
  host = 'a.example',
): readonly string[] {
  const bytes = Buffer.from(`${[line, `Host: ${host}`, ...fields].join('\r\n')}\r\n\r\n`, 'latin1');
  const head = new RequestHead();
  head.begin();
  expect(head.read(bytes, 8_192)).toBe('Complete');
  const { content } = forwardedHead(head, bytes, {
    origin: ORIGIN,
    trusted: false,
    tellsCertificate: false,
    tellsForwarded: false,
    upgrade: null,
    named: null,
    rules: null,
    ...forwarding,
  });
  const out = content.toString('latin1');
  expect(out.endsWith('\r\n\r\n')).toBe(true);
  return out.slice(0, -4).split('\r\n');
}

describe('forwardedHead', () => {
  it('keeps the end-to-end fields as they are, in their order', () => {
    const lines = forwarded(['X-B: 1', 'x-a: 2', 'X-B: 3', 'Cookie: a=b']);

    expect(lines).toEqual([
      'GET / HTTP/1.1',
      'Host: a.example',
      'X-B: 1',
      'x-a: 2',
      'X-B: 3',
      'Cookie: a=b',
      ...ADDED,
    ]);
  });

  it('removes what is for one hop, and what Connection names', () => {
    const lines = forwarded([
      'Connection: keep-alive, X-Hop',
      'X-Hop: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'TE: trailers',
      'Trailer: X',
      'Upgrade: websocket',
      'Expect: 100-continue',
      'X-Kept: 1',
    ]);

    expect(lines).toEqual(['GET / HTTP/1.1', 'Host: a.example', 'X-Kept: 1', ...ADDED]);
  });

  it('replaces what a client says of earlier hops', () => {
    const lines = forwarded([
      'X-Forwarded-For: 10.0.0.1',
      'x-forwarded-proto: http',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Port: 1',
      'X-Forwarded-Prefix: /evil',
      'X-Real-IP: 10.0.0.1',
      'Forwarded: for=10.0.0.1',
    ]);

    expect(lines).toEqual(['GET / HTTP/1.1', 'Host: a.example', ...ADDED]);
  });

  it('extends what a trusted proxy says', () => {
    const lines = forwarded(
      [
        'X-Forwarded-For: 10.0.0.1',
        'X-Forwarded-For: 10.0.0.2, 10.0.0.3',
        'X-Forwarded-Proto: http',
        'Forwarded: for=10.0.0.1',
      ],
      { trusted: true },
    );

    expect(lines).toEqual([
      'GET / HTTP/1.1',
      'Host: a.example',
      'X-Forwarded-Proto: http',
      'Forwarded: for=10.0.0.1',
      'X-Forwarded-For: 10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.7',
      'X-Forwarded-Port: 443',
      'X-Forwarded-Host: a.example',
    ]);
  });

  it('lets nobody have its own fields removed by naming them in Connection', () => {
    const lines = forwarded(['Connection: X-Forwarded-For, X-Forwarded-Proto, close']);

    expect(lines).toEqual(['GET / HTTP/1.1', 'Host: a.example', ...ADDED]);
  });

  it('lets nobody have any of its own fields removed by naming them in Connection', () => {
    const lines = forwarded(
      ['Connection: X-Forwarded-Host, x-forwarded-port, Forwarded, Client-Cert, X-Real-IP'],
      { tellsForwarded: true, tellsCertificate: true, origin: { ...ORIGIN, clientCertificate: 'AAAA' } },
    );

    expect(lines).toEqual([
      'GET / HTTP/1.1',
      'Host: a.example',
      ...ADDED,
      'Client-Cert: :AAAA:',
      'Forwarded: for=192.0.2.7;host=a.example;proto=https',
    ]);
  });

  it.each([
    [
      'of a client replaces what that says',
      false,
      'for=10.0.0.1',
      '',
      'for=192.0.2.7;host=a.example;proto=https',
    ],
    [
      'of a trusted proxy extends what that says',
      true,
      'for=10.0.0.1;proto=http',
      'for="[2001:db8::1]"',
      'for=10.0.0.1;proto=http, for="[2001:db8::1]", for=192.0.2.7;host=a.example;proto=https',
    ],
    [
      'does not follow what would swallow it',
      true,
      'for="10.0.0.1',
      'for="\\"',
      'for=192.0.2.7;host=a.example;proto=https',
    ],
  ])('Forwarded %s', (_what, trusted, first, second, expected) => {
    const lines = forwarded([`Forwarded: ${first}`, `forwarded: ${second}`], {
      trusted,
      tellsForwarded: true,
    });

    expect(lines.filter((line) => /^forwarded:/i.test(line))).toEqual([`Forwarded: ${expected}`]);
  });

  it('Forwarded has addresses and hosts in quotes where RFC 7239 asks for them', () => {
    const origin = { ...ORIGIN, sourceAddress: '2001:db8::7', scheme: 'http' } as const;

    const lines = forwarded(['X-A: 1'], { tellsForwarded: true, origin }, 'GET / HTTP/1.1', 'a.example:8080');

    expect(lines).toContain('Forwarded: for="[2001:db8::7]";host="a.example:8080";proto=http');
  });

  it.each([
    ['of an unknown client', {}],
    ['of an unknown client, where servers are told', { tellsCertificate: true }],
    ['of a trusted proxy, where servers are told', { trusted: true, tellsCertificate: true }],
  ])('removes what is said of certificates by a client: %s', (_whose, forwarding) => {
    const lines = forwarded(
      ['client-cert: :AAAA:', 'Client-Cert: :BBBB:', 'CLIENT-CERT-CHAIN: :CCCC:', 'Client-Certs: 1'],
      forwarding,
    );

    expect(lines.filter((line) => /^client/i.test(line))).toEqual(['Client-Certs: 1']);
  });

  it('passes on what a trusted proxy says of certificates where it does not say it itself', () => {
    expect(forwarded(['Client-Cert: :AAAA:'], { trusted: true })).toContain('Client-Cert: :AAAA:');
  });

  it.each([true, false])(
    'says which certificate the client has shown (behind a trusted proxy: %j)',
    (trusted) => {
      const lines = forwarded(['Client-Cert: :AAAA:', 'Connection: Client-Cert'], {
        trusted,
        tellsCertificate: true,
        origin: { ...ORIGIN, clientCertificate: 'MIIB+/8=' },
      });

      expect(lines.filter((line) => /^client/i.test(line))).toEqual(['Client-Cert: :MIIB+/8=:']);
    },
  );

  it('leaves out white space around values', () => {
    const lines = forwarded(['X-A:  1 \t', 'X-B:', 'X-C:2', 'Content-Length:\t0']);

    expect(lines.slice(2, 6)).toEqual(['X-A: 1', 'X-B:', 'X-C:2', 'Content-Length:0']);
  });

  it('states a chunked body once, plainly', () => {
    const lines = forwarded(['tRANSFER-eNCODING:\t CHUNKED'], {}, 'POST / HTTP/1.1');

    expect(lines.filter((line) => /transfer/i.test(line))).toEqual(['Transfer-Encoding: chunked']);
  });

  it.each([
    ['POST', [], ['Content-Length: 0']],
    ['PUT', [], ['Content-Length: 0']],
    ['POST', ['Content-Length: 0'], ['Content-Length: 0']],
    ['POST', ['Transfer-Encoding: chunked'], []],
    ['GET', [], []],
    ['DELETE', [], []],
  ] as const)(
    'says once that a %s with %j has no body, where one is expected',
    (method, fields, expected) => {
      const lines = forwarded([...fields], {}, `${method} / HTTP/1.1`);

      expect(lines.filter((line) => line.startsWith('Content-Length'))).toEqual(expected);
    },
  );

  it.each([
    ['GET http://a.example/x?y HTTP/1.1', 'GET /x?y HTTP/1.1'],
    ['GET /x HTTP/1.0', 'GET /x HTTP/1.1'],
    ['OPTIONS http://a.example HTTP/1.1', 'OPTIONS * HTTP/1.1'],
  ])('turns %j into %j', (line, expected) => {
    expect(forwarded([], {}, line)[0]).toBe(expected);
  });

  it('passes on a wish to switch protocols in its plain form', () => {
    const lines = forwarded(['Connection: keep-alive, Upgrade', 'upgrade: websocket'], {
      upgrade: 'websocket',
    });

    expect(lines.slice(-2)).toEqual(['Connection: Upgrade', 'Upgrade: websocket']);
    expect(lines.filter((line) => /^(?:connection|upgrade):/i.test(line))).toHaveLength(2);
  });

  it('counts Max-Forwards of OPTIONS down, and leaves it alone elsewhere', () => {
    expect(forwarded(['Max-Forwards: 10'], {}, 'OPTIONS / HTTP/1.1')).toContain('Max-Forwards: 9');
    expect(forwarded(['Max-Forwards: 10'])).toContain('Max-Forwards: 10');
  });
});
