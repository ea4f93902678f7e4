import type { Target } from '../target.ts';
import { chunks } from './chunks.ts';
import { clientHello } from './client-hello.ts';
import { hpack } from './hpack.ts';
import { http2 } from './http2.ts';
import { proxyHeader } from './proxy-header.ts';
import { requests } from './requests.ts';
import { responses } from './responses.ts';

export const TARGETS: readonly Target[] = [
  requests,
  chunks,
  responses,
  http2,
  hpack,
  proxyHeader,
  clientHello,
];

/** @throws when there is no target of that name */
export function requireTarget(name: string): Target {
  const target = TARGETS.find((other) => other.name === name);
  if (target === undefined) {
    throw new Error(`there is no target ${name}; there are ${TARGETS.map((other) => other.name).join(', ')}`);
  }
  return target;
}
