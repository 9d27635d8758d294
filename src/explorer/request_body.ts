/**
 * Bodies of requests, held to a limit.
 *
 * @module
 */

import type { HttpRequest } from "../runtime/http_message.ts";
import { Refusal } from "./problem.ts";

/** The most bytes of a value that is written through the explorer. */
export const MAX_VALUE_SIZE = 64 * 1024 * 1024;

/** How long a body may be, and what it is called when it is longer. */
export interface BodyLimit {
  readonly most: number;
  /** `value of "key"` */
  readonly what: string;
}

/** The parts of a body; one that breaks off is the client's doing. */
export async function* bodyParts(
  { body }: HttpRequest,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body;
  } catch (cause) {
    throw new Refusal("bad-request", "Cannot read the body: it broke off", {
      cause,
    });
  }
}

/** All of a body. One that says it is too long is not read; one that lies is read to the limit. */
export async function readWhole(
  request: HttpRequest,
  length: string | undefined,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length !== undefined && Number(length) > limit.most) {
    throw tooLarge(limit);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an exception cancels the body.
  for await (const part of bodyParts(request)) {
    size += part.length;
    if (size > limit.most) throw tooLarge(limit);
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function tooLarge({ most, what }: BodyLimit): Refusal {
  return new Refusal(
    "too-large",
    `Cannot take the ${what}: it is longer than the ${most} bytes that are allowed`,
    { headers: { connection: "close" } },
  );
}
