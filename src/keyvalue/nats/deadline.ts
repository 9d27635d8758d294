/**
 * How long a call may take. A deadline is a time of `performance.now()`, made when the call
 * comes in and shared by everything that is done for it.
 *
 * @module
 */

import { TimeoutError } from "@nats-io/nats-core";

/** The milliseconds until a deadline; fails once there are none. */
export function timeLeft(deadline: number): number {
  const left = deadline - performance.now();
  if (left <= 0) throw new TimeoutError();
  return Math.max(1, left);
}

/** What `promise` gives, unless the deadline comes first. */
export async function before<T>(
  deadline: number,
  promise: Promise<T>,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new TimeoutError()),
    timeLeft(deadline),
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits a while, so that two callers that met do not meet again. */
export function pause(tries: number): Promise<void> {
  const longest = Math.min(2 ** tries, 64);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}
