import { ApiError } from './errors.ts';
import type { TransportResponse } from './transport.ts';

/** The parts of `metav1.Status` that tell why a request failed. */
interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string }[];
  };
}

/** How much of an answer that is no Status is quoted, in characters; proxies before the API server answer with whole pages. */
const QUOTE_LENGTH = 200;

/** What the API server, or something before it, answered instead of doing what was asked. */
export async function readError(response: TransportResponse, request: string): Promise<ApiError> {
  const text = await readText(response.body);
  const status = parse(text);
  const quote = text.slice(0, QUOTE_LENGTH).trim();
  const { causes = [], retryAfterSeconds } = status?.details ?? {};
  return new ApiError({
    status: response.status,
    reason: status?.reason ?? '',
    message: `${request}: ${status?.message ?? `answered with status ${response.status}: ${quote}`}`,
    causes: causes.flatMap(({ reason }) => reason ?? []),
    fields: causes.flatMap(({ field }) => field ?? []),
    retryAfterMs: seconds(Number(response.headers['retry-after'])) ?? seconds(retryAfterSeconds),
  });
}

/** What the API server reported in an ERROR frame of a watch. */
export function errorOfFrame(object: unknown, request: string): ApiError {
  const status = (object ?? {}) as Status;
  return new ApiError({
    status: status.code ?? 500,
    reason: status.reason ?? '',
    message: `${request}: ${status.message ?? 'the API server reported an error without a message'}`,
    retryAfterMs: seconds(status.details?.retryAfterSeconds),
  });
}

/** A whole body as text. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function seconds(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value * 1000 : undefined;
}
