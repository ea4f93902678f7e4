import { readProxyHeader } from '../../../proxy-image/proxy-protocol/read.ts';
import type { HeaderReading } from '../../../proxy-image/proxy-protocol/types.ts';
import { writeProxyHeader } from '../../../proxy-image/proxy-protocol/write.ts';
import { requireSame, requireThat, type Target } from '../target.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

/** Headers of the PROXY protocol, both versions. */
export const proxyHeader: Target = {
  name: 'proxy-header',
  dictionary: [
    'PROXY ',
    'TCP4 ',
    'TCP6 ',
    'UNKNOWN',
    '\r\n',
    SIGNATURE,
    '\x21\x11',
    '\x20\0',
    '\x21\x21',
    '192.0.2.1 ',
    '2001:db8::1 ',
    '::ffff:192.0.2.1 ',
    '65535',
    '\x03\0\x04',
    '\x20\0\x05',
  ],
  seeds: () =>
    [
      'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET /',
      'PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n',
      'PROXY UNKNOWN ffff::1 whatever\r\n',
      `${SIGNATURE}\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb`,
      `${SIGNATURE}\x21\x21\0\x24${'\x20\x01\x0d\xb8'.repeat(8)}\xdc\x04\x01\xbb`,
      `${SIGNATURE}\x20\0\0\0`,
      `${SIGNATURE}\x21\x11\0\x17\xc0\0\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb\x20\0\x08\x01\0\0\0\0\x21\0\0`,
    ].map((text) => Buffer.from(text, 'latin1')),
  check: (parts) => {
    const input = Buffer.concat(parts);
    const reading = readProxyHeader(input);
    requireSame('in one part and in several', firstDecision(parts), reading);
    if (reading.state !== 'Complete') {
      return reading.state === 'Malformed' ? reading.reason.replaceAll(/[0-9]+/g, '') : reading.state;
    }
    requireThat(reading.length > 0 && reading.length <= input.length, () => `a length of ${reading.length}`);
    const { header } = reading;
    if (header.kind === 'Proxied') {
      for (const version of ['V1', 'V2'] as const) {
        const again = readProxyHeader(writeProxyHeader(version, header.ends));
        requireSame(
          `written as ${version} and read again`,
          again.state === 'Complete' ? again.header : again,
          // The proxy does not say itself that it has ended TLS.
          { ...header, tls: false },
        );
      }
    }
    return `${header.kind} ${Math.min(reading.length, 64)}`;
  },
};

/** What is decided once must not change with what comes later. */
function firstDecision(parts: readonly Buffer[]): HeaderReading {
  let received = Buffer.alloc(0);
  let reading: HeaderReading = { state: 'Incomplete' };
  for (const part of parts) {
    received = Buffer.concat([received, part]);
    reading = readProxyHeader(received);
    if (reading.state !== 'Incomplete') {
      break;
    }
  }
  return reading;
}
