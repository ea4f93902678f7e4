/** Open connections that each candidate allows. */
export const MAX_CONNECTIONS = 8_000;

/** What every wait is bounded by, in all candidates: long enough to end nothing that is measured. Seconds. */
export const TIMEOUTS = { connect: 5, idle: 3_600, header: 60, keepAlive: 3_600 } as const;

/** The cipher that the load tools ask for first and that every candidate has to agree to. */
export const CIPHER = 'TLS_AES_128_GCM_SHA256';

/** Port that clients are said to have come to. */
export const PUBLIC_PORT = 443;
