import { CertificateError } from './certificate-error.ts';
import { looksLikePkcs12 } from './pkcs12/read.ts';

/** First four bytes of Java's older formats. */
const JAVA_FORMATS: Readonly<Record<string, string>> = { feedfeed: 'JKS', cececece: 'JCEKS' };

/** Throws a CertificateError that says what the bytes are, unless they begin as a PKCS#12 file does. */
export function checkKeystoreFormat(bytes: Buffer): void {
  const javaFormat = JAVA_FORMATS[bytes.subarray(0, 4).toString('hex')];
  if (javaFormat !== undefined) {
    throw new CertificateError(
      'UnsupportedKeystore',
      `this is a ${javaFormat} keystore, and PKCS#12 is needed; convert it with: keytool -importkeystore -srckeystore keystore.jks -srcstoretype ${javaFormat} -destkeystore keystore.p12 -deststoretype PKCS12`,
    );
  }
  if (!looksLikePkcs12(bytes))
    throw new CertificateError('NotAKeystore', `this is no PKCS#12 keystore: ${guess(bytes)}`);
}

function guess(bytes: Buffer): string {
  if (bytes.length === 0) return 'it is empty; give the file that keytool made';
  const text = bytes.subarray(0, 64).toString('latin1').trimStart();
  if (text.startsWith('-----BEGIN '))
    return 'it is PEM; give it as a Secret of type kubernetes.io/tls instead';
  if (/^M[A-Za-z0-9+/\s]+=*$/.test(text))
    return 'it is base64 text; the value was encoded twice, encode it once';
  return 'give the file that keytool made, in binary form';
}
