import { CertificateError } from './certificate-error.ts';
import { looksLikePkcs12 } from './pkcs12/read.ts';

/** Formats that are read. */
export type KeystoreFormat = 'PKCS12' | 'JKS';

/** First four bytes of Java's older formats. */
const JAVA_FORMATS: Readonly<Record<string, 'JKS' | 'JCEKS'>> = { feedfeed: 'JKS', cececece: 'JCEKS' };

/** What kind of keystore the bytes begin as. Throws a CertificateError that says what they are instead (UnsupportedKeystore, NotAKeystore). */
export function keystoreFormat(bytes: Buffer): KeystoreFormat {
  const javaFormat = JAVA_FORMATS[bytes.subarray(0, 4).toString('hex')];
  if (javaFormat === 'JKS') return 'JKS';
  if (javaFormat === 'JCEKS') {
    throw new CertificateError(
      'UnsupportedKeystore',
      'this is a JCEKS keystore, and PKCS#12 or JKS is needed; convert it with: keytool -importkeystore -srckeystore keystore.jceks -srcstoretype JCEKS -destkeystore keystore.p12 -deststoretype PKCS12',
    );
  }
  if (looksLikePkcs12(bytes)) return 'PKCS12';
  throw new CertificateError('NotAKeystore', `this is neither a PKCS#12 nor a JKS keystore: ${guess(bytes)}`);
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
