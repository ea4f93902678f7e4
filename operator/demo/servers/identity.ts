/** What every demo server is started with. */
export interface ServerIdentity {
  /** Name of the host that it stands for; it tells the name to its clients. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/** The keystore that the servers have, as their vendor's have it. */
export interface Keystore {
  /** PKCS#12. */
  readonly pfx: Buffer;
  readonly passphrase: string;
}
