import { createHash } from 'node:crypto';
import type { RawClient } from '../support/http/raw-client.ts';
import { connectRaw } from '../support/http/raw-client.ts';
import type { Sighting } from './origins/types.ts';
import { sightingOf } from './origins/application.ts';
import type { Output } from './outputs.ts';
import { readResponse, type OriginResponse } from './response.ts';

/**
 * How a server took a request. `Agreed`: it read what we meant, and so it did with the request behind it on the same connection.
 * `OwnAnswer`: it answered without asking its application; where it kept the connection, it read the request behind it as what it is.
 * `Disagreed`: anything else.
 */
export interface Answer {
  readonly verdict: 'Agreed' | 'OwnAnswer' | 'Disagreed';
  /** What it did, in words. */
  readonly detail: string;
}

/** What follows each request on its connection. */
const PROBE = Buffer.from('GET /probe HTTP/1.1\r\nHost: probe.example\r\n\r\n');
const PROBE_SIGHTING: Sighting = {
  method: 'GET',
  target: '/probe',
  host: 'probe.example',
  length: 0,
  digest: createHash('sha256').digest('hex'),
};

const NO_ANSWER: Answer = { verdict: 'Disagreed', detail: 'no answer' };

/** How long a server may take to answer: one that waits for more has read another length. Milliseconds. */
const PATIENCE = 10_000;

export async function ask(port: number, { bytes, request }: Output): Promise<Answer> {
  const client = await connectRaw(port);
  const timer = setTimeout(() => client.socket.destroy(), PATIENCE);
  try {
    const first = await exchange(client, bytes, request.method);
    const read = first === null ? NO_ANSWER : judge(first, sightingOf(request));
    return first === null || read.verdict === 'Disagreed' ? read : await probe(client, read, first.closes);
  } finally {
    clearTimeout(timer);
    client.socket.destroy();
  }
}

/** Whether the connection can be used again after an answer. */
async function probe(client: RawClient, read: Answer, closes: boolean): Promise<Answer> {
  const response = closes ? null : await exchange(client, PROBE, 'GET');
  if (response === null && read.verdict === 'OwnAnswer') {
    return read;
  }
  const { verdict, detail } = response === null ? NO_ANSWER : judge(response, PROBE_SIGHTING);
  return verdict === 'Agreed' ? read : { verdict: 'Disagreed', detail: `the request behind it: ${detail}` };
}

/** Sends a request and waits for its response; null when the connection ends before. */
async function exchange(client: RawClient, bytes: Buffer, method: string): Promise<OriginResponse | null> {
  const before = client.received().length;
  const read = (text: string): OriginResponse | null =>
    readResponse(text.slice(before), method, client.socket.closed);
  await client.send(bytes);
  const received = await client.until((text) => read(text) !== null).catch(() => client.received());
  return read(received);
}

function judge({ status, seen }: OriginResponse, expected: Sighting): Answer {
  if (seen === null) {
    return { verdict: 'OwnAnswer', detail: `answers ${status}` };
  }
  const differs = (Object.keys(expected) as (keyof Sighting)[]).filter(
    (name) => seen[name] !== expected[name],
  );
  return differs.length === 0
    ? { verdict: 'Agreed', detail: '' }
    : {
        verdict: 'Disagreed',
        detail: differs
          .map((name) => `${name} ${JSON.stringify(seen[name])} for ${JSON.stringify(expected[name])}`)
          .join(', '),
      };
}
