/**
 * Sends what `http_attacks.ts` draws, and reads the answers by the letter of RFC 9112.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { HttpAttack } from "./http_attacks.ts";
import { textOf } from "./http_client.ts";

/** What came back on one connection. */
export interface Received {
  /** Of whole answers, in order; interim ones are left out. */
  readonly statuses: readonly number[];
  /** The last answer ended where more was due. */
  readonly isCut: boolean;
}

/** How often a server answers another client with nothing more for this one until it is quiet. */
const QUIET_TURNS = 3;

/**
 * Sends it, waits until the server has said what it has to say, first with the connection open
 * and then half closed, and leaves. Gives back every byte that came.
 *
 * @param turn Has the server answer another client.
 */
export async function send(
  port: number,
  { pieces, leaves }: HttpAttack,
  turn: () => Promise<void>,
): Promise<Uint8Array> {
  const received = new Incoming();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    conn.setNoDelay(true);
    // Read while it is sent: a server may answer and close before it has it all.
    if (!leaves) received.follow(conn);
    await ignoreClosed(async () => {
      for (const piece of pieces) {
        for (let rest = piece; rest.length > 0;) {
          rest = rest.subarray(await conn.write(rest));
        }
      }
    });
    if (!leaves) {
      await received.quiet(turn);
      await ignoreClosed(() => conn.closeWrite());
      await received.quiet(turn);
    }
  } finally {
    conn.close();
  }
  await received.ended;
  return await new Response(new Blob(received.parts)).bytes();
}

/** The server may close at any time; what it sent before is what counts. */
async function ignoreClosed(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const isClosed = error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionAborted ||
      error instanceof Deno.errors.NotConnected ||
      // This side has closed it.
      error instanceof Deno.errors.BadResource ||
      error instanceof Deno.errors.Interrupted;
    if (!isClosed) throw error;
  }
}

/** What comes on one connection. */
class Incoming {
  readonly parts: Uint8Array<ArrayBuffer>[] = [];
  ended: Promise<void> = Promise.resolve();
  #open = false;

  follow(conn: Deno.TcpConn): void {
    this.#open = true;
    this.ended = ignoreClosed(async () => {
      while (true) {
        const buffer = new Uint8Array(64 * 1024);
        const count = await conn.read(buffer);
        if (count === null) return;
        this.parts.push(buffer.subarray(0, count));
      }
    }).finally(() => this.#open = false);
  }

  /** Resolves when nothing came while others were answered, or nothing more can come. */
  async quiet(turn: () => Promise<void>): Promise<void> {
    for (let quiet = 0, last = -1; this.#open && quiet < QUIET_TURNS; quiet++) {
      if (this.parts.length !== last) quiet = 0;
      last = this.parts.length;
      await turn();
    }
  }
}

/**
 * Takes the answers of one connection apart.
 *
 * @throws {AssertionError} The bytes are no run of HTTP responses.
 */
export function readAnswers(bytes: Uint8Array, isHead: boolean): Received {
  const text = textOf(bytes);
  const statuses: number[] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\r\n\r\n", at);
    if (end < 0) return { statuses, isCut: true };
    const [line = "", ...lines] = text.slice(at, end).split("\r\n");
    const [, code] =
      /^HTTP\/1\.[01] ([1-5]\d\d) [\t -~\x80-\xff]*$/.exec(line) ??
        assert.fail(`no status line: ${JSON.stringify(line.slice(0, 100))}`);
    for (const header of lines) {
      assert.match(header, /^[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*$/);
    }
    at = end + 4;
    const status = Number(code);
    if (status < 200) continue;
    const hasBody = !isHead && status !== 204 && status !== 304;
    const next = hasBody ? bodyEnd(text, at, lines) : at;
    if (next === undefined) return { statuses, isCut: true };
    at = next;
    statuses.push(status);
  }
  return { statuses, isCut: false };
}

/** Where a body ends; `undefined` where it was cut. */
function bodyEnd(
  text: string,
  start: number,
  lines: readonly string[],
): number | undefined {
  const values = (name: string) =>
    lines.filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const lengths = values("content-length");
  const codings = values("transfer-encoding");
  assert.ok(lengths.length + codings.length <= 1, "framed in two ways");
  if (codings.length > 0) {
    assert.deepEqual(codings, ["chunked"]);
    return chunksEnd(text, start);
  }
  if (lengths.length === 0) return text.length;
  assert.match(lengths[0]!, /^\d+$/);
  const end = start + Number(lengths[0]);
  return end <= text.length ? end : undefined;
}

function chunksEnd(text: string, start: number): number | undefined {
  for (let at = start;;) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = text.slice(at, line);
    assert.match(size, /^[\da-f]+$/i);
    const end = line + 2 + parseInt(size, 16);
    if (end + 2 > text.length) return undefined;
    assert.equal(text.slice(end, end + 2), "\r\n");
    if (parseInt(size, 16) === 0) return end + 2;
    at = end + 2;
  }
}
