/**
 * An opened Deno KV database, whose calls end in time and fail with errors a guest can hear.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";
import { describeDenoKv, isRemote } from "./describe.ts";

const TOKEN = "DENO_KV_ACCESS_TOKEN";
const LONGEST_PAUSE = 30;

/** What {@linkcode connect} needs to know. */
export interface ConnectOptions {
  readonly path: string;
  readonly timeout: number;
}

/** An opened database. */
export interface Connection {
  /** Whether a call crosses a network. */
  readonly remote: boolean;
  /**
   * Makes one call of the database: again while another process has the file locked, and
   * no longer than the deadline. `act` is what the message of a failure says was tried.
   */
  call<T>(act: string, task: (kv: Deno.Kv) => Promise<T>): Promise<T>;
  close(): void;
}

/** Opens a database. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { path, timeout } = options;
  // The one that a platform provides is somewhere in its network.
  const remote = isRemote(path) || path === "";
  const where = describeDenoKv(path).location;
  if (typeof Deno.openKv !== "function") {
    throw new KeyValueError(
      "other",
      `Cannot open ${where}: this Deno runs without it; add "unstable": ["kv"] to deno.json`,
    );
  }
  if (isRemote(path)) await checkToken(where);
  const connection = new OpenConnection({ path, remote, where, timeout });
  try {
    await connection.open();
    return connection;
  } catch (cause) {
    throw explain(cause, { act: "open", where, remote });
  }
}

/** An open database and the calls under way on it. */
interface Session {
  readonly kv: Deno.Kv;
  calls: number;
  /** Whether a new one takes its place. */
  stale: boolean;
}

interface Target extends ConnectOptions {
  readonly remote: boolean;
  readonly where: string;
}

class OpenConnection implements Connection {
  readonly remote: boolean;
  readonly #target: Target;
  #session: Promise<Session> | undefined;
  #closed = false;

  constructor(target: Target) {
    this.remote = target.remote;
    this.#target = target;
  }

  open(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const opening = openSession(this.#target);
    this.#session = opening;
    opening.catch(() => this.#session = undefined);
    return opening;
  }

  async call<T>(act: string, task: (kv: Deno.Kv) => Promise<T>): Promise<T> {
    const { where, remote, timeout } = this.#target;
    let end: number | undefined;
    while (true) {
      try {
        if (this.#closed) {
          throw new KeyValueError(
            "other",
            "Cannot use the store: it was closed",
          );
        }
        return await this.#attempt(task);
      } catch (cause) {
        end ??= performance.now() + timeout;
        if (this.#closed || !isLocked(cause) || performance.now() > end) {
          throw explain(cause, { act: `${act} in`, where, remote });
        }
      }
      await pause();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session?.then(({ kv, stale }) => stale || kv.close(), () => {});
  }

  async #attempt<T>(task: (kv: Deno.Kv) => Promise<T>): Promise<T> {
    const opening = this.open();
    const session = await opening;
    // A timer a call would cost as much as a read of a local database.
    if (!this.remote) return await task(session.kv);
    session.calls++;
    try {
      return await within(this.#target.timeout, task(session.kv));
    } catch (cause) {
      // Deno's client never tries again once it was refused a fresh token.
      if (!(cause instanceof Late) && this.#session === opening) {
        session.stale = true;
        this.#session = undefined;
      }
      throw cause;
    } finally {
      session.calls--;
      if (session.stale && session.calls === 0) session.kv.close();
    }
  }
}

async function openSession(target: Target): Promise<Session> {
  const { path, remote, timeout } = target;
  const opening = Deno.openKv(path === "" ? undefined : path);
  const kv = remote ? await within(timeout, opening, closeLate) : await opening;
  return { kv, calls: 0, stale: false };
}

/** Waits a random moment, so that two who were in each other's way do not meet again. */
export function pause(): Promise<void> {
  return new Promise((resolve) =>
    setTimeout(resolve, 1 + Math.random() * LONGEST_PAUSE)
  );
}

/**
 * Whether another process has the file locked: Deno KV gives up at once, having written
 * nothing. It throws a TypeError without a code, so the text is all there is to go by.
 */
function isLocked(cause: unknown): boolean {
  return cause instanceof Error && cause.message === "database is locked";
}

class Late extends Error {}

/** Waits for `task`, but no longer than the deadline. */
async function within<T>(
  timeout: number,
  task: Promise<T>,
  late: (result: T) => void = () => {},
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLate = false;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Late(`no answer within ${timeout} ms`));
    }, timeout);
  });
  // What comes after the deadline must not end the process.
  task.then((result) => isLate && late(result), () => {});
  try {
    return await Promise.race([task, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function closeLate(kv: Deno.Kv): void {
  kv.close();
}

async function checkToken(where: string): Promise<void> {
  const { state } = await Deno.permissions.query({
    name: "env",
    variable: TOKEN,
  });
  if (state === "granted" && Deno.env.get(TOKEN)) return;
  throw new KeyValueError(
    "access-denied",
    state === "granted"
      ? `Cannot open ${where}: ${TOKEN} is not set; set it to the token of the database`
      : `Cannot open ${where}: Deno was not allowed to read ${TOKEN}; grant --allow-env for it`,
  );
}

function explain(
  cause: unknown,
  attempt: {
    readonly act: string;
    readonly where: string;
    readonly remote: boolean;
  },
): unknown {
  if (cause instanceof KeyValueError) return cause;
  const what = `Cannot ${attempt.act} ${attempt.where}`;
  if (cause instanceof Deno.errors.NotCapable) {
    const flags = attempt.remote
      ? "--allow-net"
      : "--allow-read and --allow-write";
    return new KeyValueError(
      "access-denied",
      `${what}: Deno was not allowed to; grant ${flags} for it`,
      { cause },
    );
  }
  if (cause instanceof Late) {
    return new KeyValueError(
      "other",
      `${what}: ${cause.message}; try again, or check that the server answers`,
      { cause },
    );
  }
  // What Deno says of a server may hold its whole URL.
  const state = attempt.remote
    ? `the server cannot be reached, or refused the call; check the URL and ${TOKEN}`
    : stateOf(cause);
  return new KeyValueError("other", `${what}: ${state}`, { cause });
}

function stateOf(cause: unknown): string {
  const says = cause instanceof Error ? cause.message : String(cause);
  if (says.startsWith("unable to open database file")) {
    return "the file cannot be opened; make its folder, and check that Wharf may write there";
  }
  if (says === "file is not a database") {
    return "the file is no Deno KV database; move it away, or choose another path";
  }
  if (says === "database is locked") {
    return "other processes have kept it locked for too long; try again";
  }
  if (says === "database or disk is full") {
    return "the disk is full, and the old value was kept; make room";
  }
  return `Deno KV says ${JSON.stringify(says)}`;
}
