import { startHttpsProxy } from '../support/http2/https-proxy.ts';
import { parseRequests, valuesOf, type ParsedRequest } from '../support/http/messages.ts';
import { http1Corpora } from '../conformance/http1/corpora.ts';
import { observeHttp1 } from '../conformance/http1/observe.ts';
import { http2Corpora } from '../conformance/http2/corpora.ts';
import { observeHttp2 } from '../conformance/http2/observe.ts';
import type { Observation } from '../conformance/judge.ts';

/** A request as the proxy sent it to its server. */
export interface Output {
  /** The case that it came from; the first of them, where several gave the same. */
  readonly id: string;
  readonly bytes: Buffer;
  readonly request: ParsedRequest;
}

/**
 * All requests that the proxy forwards of all corpora, each once. What it sends does not depend on who is behind it, so that it is
 * recorded once and shown to every server: thus each server sees it on a connection of its own, and the next request right behind it.
 */
export async function recordOutputs(): Promise<readonly Output[]> {
  const outputs = new Map<string, Output>();
  const proxy = await startHttpsProxy();
  const http1 = http1Corpora();
  try {
    for (const testCase of http1.flatMap(({ cases }) => cases)) {
      keep(outputs, testCase.id, await observeHttp1(proxy.http, proxy.upstream, testCase));
    }
    for (const testCase of http2Corpora(http1).flatMap(({ cases }) => cases)) {
      keep(outputs, `${testCase.id} (HTTP/2)`, await observeHttp2(proxy, testCase));
    }
  } finally {
    await proxy.close();
  }
  return [...outputs.values()];
}

function keep(outputs: Map<string, Output>, id: string, { connections }: Observation): void {
  for (const { bytes } of connections) {
    const { requests, ends } = parseRequests(bytes);
    for (const [index, request] of requests.entries()) {
      const text = bytes.slice(ends[index - 1] ?? 0, ends[index]);
      if (!outputs.has(text)) {
        outputs.set(text, { id, bytes: Buffer.from(text, 'latin1'), request });
      }
    }
  }
}

export function hostOf({ fields }: ParsedRequest): string {
  return valuesOf(fields, 'host')[0] ?? '';
}
