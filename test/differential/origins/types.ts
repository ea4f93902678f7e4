/** What it takes to run one server that says how it read a request. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface ApplicationPorts {
  readonly scgi: number;
  readonly http: number;
}

/** Where a server may run. */
export interface Place {
  /** Its own folder, empty. */
  readonly folder: string;
  /** The loopback port that it is to listen on. */
  readonly port: number;
  /** Loopback ports of an application that speaks SCGI and HTTP, for servers that run none themselves. */
  readonly application: ApplicationPorts;
}

/** A server from Debian whose reading of our output is asked for. */
export interface Origin {
  readonly name: string;
  /** The Debian packages that it comes with. */
  readonly packages: readonly string[];
  /** True for one that is compiled, by whatever JDK there is. */
  readonly needsJdk?: boolean;
  prepare(place: Place): Launch;
}

/** How a server read a request. */
export interface Sighting {
  readonly method: string;
  readonly target: string;
  readonly host: string;
  /** Bytes of the body. */
  readonly length: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly digest: string;
}
