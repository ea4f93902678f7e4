import { canonicalAddress } from '../addresses/canonical.ts';
import type { ConnectionEnds } from '../addresses/ends.ts';
import { crc32c } from './crc32c.ts';
import type { HeaderReading, ProxyHeader } from './types.ts';

/** Signature, version with command, family with protocol, and the length of what follows. */
const FIXED_LENGTH = 16;
const COMMAND_OFFSET = 12;
const FAMILY_OFFSET = 13;
const LENGTH_OFFSET = 14;
/** Of the whole header: addresses and TLVs of today's senders take less than 1 KiB. */
const MAX_LENGTH = 4_096;
const LOCAL = 0x20;
const PROXY = 0x21;
const TLV_HEAD = 3;
const TLV_CRC32C = 0x03;
const TLV_SSL = 0x20;
/** Of the flags: the client has come over TLS. */
const CLIENT_SSL = 0x01;
/** A byte of flags and four of the verification's result stand before the TLVs inside of PP2_TYPE_SSL. */
const SSL_HEAD = 5;

/** How the addresses of a family are laid out; only `TCP4` and `TCP6` say who the client is. */
interface Family {
  readonly addressLength: number;
  readonly ends: ((bytes: Buffer) => ConnectionEnds) | null;
}

/**
 * Families with their transport protocol (section 2.2). What came as datagrams can't be relayed on a TCP connection, so that those families
 * are refused like unknown ones; a client on a UNIX socket has no address that anything here could use.
 */
const FAMILIES: ReadonlyMap<number, Family> = new Map([
  [0x00, { addressLength: 0, ends: null }],
  [0x11, { addressLength: 12, ends: readIpv4 }],
  [0x21, { addressLength: 36, ends: readIpv6 }],
  [0x31, { addressLength: 216, ends: null }],
]);

/** Reads a header of version 2 (proxy-protocol.txt section 2.2) from bytes that begin with its signature. */
export function readVersion2(bytes: Buffer): HeaderReading {
  if (bytes.length < FIXED_LENGTH) {
    return { state: 'Incomplete' };
  }
  const length = FIXED_LENGTH + bytes.readUInt16BE(LENGTH_OFFSET);
  if (length > MAX_LENGTH) {
    return malformed(`it is ${length} bytes long; at most ${MAX_LENGTH} are read`);
  }
  const command = bytes.readUInt8(COMMAND_OFFSET);
  if (command !== LOCAL && command !== PROXY) {
    return malformed(`version and command are 0x${command.toString(16)}`);
  }
  if (bytes.length < length) {
    return { state: 'Incomplete' };
  }
  const header = command === LOCAL ? LOCAL_HEADER : readProxied(bytes.subarray(0, length));
  return typeof header === 'string' ? malformed(header) : { state: 'Complete', header, length };
}

/** Family and addresses of a connection that the sender makes for itself are to be discarded. */
const LOCAL_HEADER: ProxyHeader = { kind: 'Local' };

/** The header, or what is wrong with it. */
function readProxied(header: Buffer): ProxyHeader | string {
  const code = header.readUInt8(FAMILY_OFFSET);
  const family = FAMILIES.get(code);
  if (family === undefined) {
    return `family and protocol are 0x${code.toString(16).padStart(2, '0')}`;
  }
  const tlvs = FIXED_LENGTH + family.addressLength;
  if (header.length < tlvs) {
    return `its length leaves no room for the addresses of family 0x${code.toString(16)}`;
  }
  const problem = checkTlvs(header, tlvs);
  if (problem !== null) {
    return problem;
  }
  return family.ends === null
    ? { kind: 'Unknown' }
    : { kind: 'Proxied', ends: family.ends(header.subarray(FIXED_LENGTH, tlvs)), tls: saysTls(header, tlvs) };
}

/** Whether the TLVs fill the header to its end, and the checksum, where there is one, is right (section 2.2.3). */
function checkTlvs(header: Buffer, begin: number): string | null {
  let checksums = 0;
  for (let offset = begin; offset < header.length;) {
    const value = offset + TLV_HEAD;
    const end = value <= header.length ? value + header.readUInt16BE(offset + 1) : Number.POSITIVE_INFINITY;
    if (end > header.length) {
      return 'a TLV reaches beyond its end';
    }
    const type = header.readUInt8(offset);
    if (type === TLV_SSL && !isSslValue(header.subarray(value, end))) {
      return 'its SSL TLV is damaged';
    }
    if (type === TLV_CRC32C) {
      checksums += 1;
      if (checksums > 1 || !checksumHolds(header, value, end)) {
        return 'its checksum (CRC32C) is wrong';
      }
    }
    offset = end;
  }
  return null;
}

/** Whether one of the TLVs, which have been checked, says that the client has come over TLS (section 2.2.5). */
function saysTls(header: Buffer, begin: number): boolean {
  for (let offset = begin; offset < header.length;) {
    const value = offset + TLV_HEAD;
    if (header.readUInt8(offset) === TLV_SSL && (header.readUInt8(value) & CLIENT_SSL) !== 0) {
      return true;
    }
    offset = value + header.readUInt16BE(offset + 1);
  }
  return false;
}

function isSslValue(value: Buffer): boolean {
  let offset = SSL_HEAD;
  while (offset + TLV_HEAD <= value.length) {
    offset += TLV_HEAD + value.readUInt16BE(offset + 1);
  }
  return offset === value.length;
}

/** The checksum is that of the whole header with zeros in the place of the checksum. */
function checksumHolds(header: Buffer, begin: number, end: number): boolean {
  if (end - begin !== 4) {
    return false;
  }
  const zeroed = Buffer.from(header);
  zeroed.fill(0, begin, end);
  return crc32c(zeroed) === header.readUInt32BE(begin);
}

function readIpv4(bytes: Buffer): ConnectionEnds {
  return {
    sourceAddress: bytes.subarray(0, 4).join('.'),
    destinationAddress: bytes.subarray(4, 8).join('.'),
    sourcePort: bytes.readUInt16BE(8),
    destinationPort: bytes.readUInt16BE(10),
  };
}

function readIpv6(bytes: Buffer): ConnectionEnds {
  return {
    sourceAddress: ipv6(bytes.subarray(0, 16)),
    destinationAddress: ipv6(bytes.subarray(16, 32)),
    sourcePort: bytes.readUInt16BE(32),
    destinationPort: bytes.readUInt16BE(34),
  };
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return canonicalAddress(groups.join(':'));
}

function malformed(reason: string): HeaderReading {
  return { state: 'Malformed', reason };
}
