/**
 * Load by `wrk`, a Debian package: it is fast enough not to be what is measured.
 *
 * @module
 */

/** What one run showed. */
export interface WrkResult {
  readonly requestsPerSecond: number;
  /** How many were answered. */
  readonly requests: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Responses that were no success, and connections that failed. */
  readonly failures: number;
}

/**
 * Runs `wrk` with one thread.
 *
 * @throws {Error} It is not installed, or prints what is not known.
 */
export async function wrk(
  url: string,
  connections: number,
  seconds: number,
): Promise<WrkResult> {
  const { stdout } = await new Deno.Command("wrk", {
    args: [
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      // What waits in a queue is slow, but no failure.
      "--timeout=10s",
      "--latency",
      url,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  const latency = (percent: number) => {
    const match = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s)\\s*$`, "m")
      .exec(text);
    if (match === null) {
      throw new Error(`Cannot read the output of wrk:\n${text}`);
    }
    return Number(match[1]) *
      { us: 0.001, ms: 1, s: 1000 }[match[2]! as "us" | "ms" | "s"];
  };
  const sockets =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
      text,
    );
  const socketErrors = (sockets ?? []).slice(1).reduce(
    (sum, count) => sum + Number(count),
    0,
  );
  return {
    requests: number(/^\s+(\d+) requests in /m),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50: latency(50),
    p99: latency(99),
    failures: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors,
  };
}
