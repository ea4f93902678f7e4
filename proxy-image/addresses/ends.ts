/**
 * Both ends of a client's connection, as TCP has them or as a PROXY header gives them. Addresses are in their canonical spelling: an
 * IPv4-mapped IPv6 address is written as IPv4.
 */
export interface ConnectionEnds {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}
