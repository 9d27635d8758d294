import { settlesWithin } from "../runtime/settles_within.ts";

/** Milliseconds for the last answers to leave, where Deno does not tell when they have. */
const LEAVING = 500;

/**
 * Shuts a server down, and does not wait for clients that have asked nothing.
 *
 * Pools of clients open connections ahead. Deno before 2.9 never closes one on which no whole
 * head has come, and its `shutdown()` waits for it; nor can the server be ended otherwise then.
 *
 * @param answered Resolves when every request has its answer.
 */
export async function shutDown(
  server: Pick<Deno.HttpServer, "shutdown">,
  answered: Promise<void>,
  version: string = Deno.version.deno,
): Promise<void> {
  const closed = server.shutdown();
  if (!waitsForSilence(version)) return await closed;
  await Promise.race([closed, answered]);
  await settlesWithin(closed, LEAVING);
}

function waitsForSilence(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 2 || (major === 2 && minor < 9);
}
