/**
 * The database of one sqlite store.
 *
 * ```text
 * {path}/wharf.sqlite           and -wal, -shm beside it while it is open
 *   buckets(id, name)           a row as soon as the bucket is written to
 *   entries(id, bucket, key, value, version, expires_at)
 *   stamp(last)                 the last version given, to whichever key; survives deletes
 * ```
 *
 * Names and keys are BLOBs of UTF-8: `node:sqlite` cuts a TEXT at its first NUL when it reads
 * it. `id` grows and never returns (AUTOINCREMENT) and stays when a key is set again, so it
 * serves as the cursor of a listing. The table has row ids: one WITHOUT ROWID slows to a
 * thirtieth as soon as some rows are large.
 *
 * @module
 */

import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { makeFolder } from "../filesystem/directory_sync.ts";
import { KeyValueError } from "../store.ts";
import { explain, isLocked } from "./errors.ts";

const FILE = "wharf.sqlite";
const LAYOUT = 1;
/** For how many milliseconds SQLite may hold the event loop to wait for a lock; then we wait without it. */
const BLOCKING_WAIT = 10;
const LONGEST_PAUSE = 30;

const SCHEMA = `
CREATE TABLE buckets(
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE entries(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket INTEGER NOT NULL,
  key BLOB NOT NULL,
  value BLOB NOT NULL,
  version INTEGER NOT NULL,
  expires_at INTEGER,
  UNIQUE(bucket, key)
) STRICT;
CREATE INDEX entries_in_order ON entries(bucket, id);
CREATE INDEX entries_expiring ON entries(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE stamp(id INTEGER PRIMARY KEY CHECK(id = 1), last INTEGER NOT NULL) STRICT;
INSERT INTO stamp(id, last) VALUES(1, 0);
PRAGMA user_version = ${LAYOUT};
`;

const ALIVE = "(expires_at IS NULL OR expires_at > :now)";

/** SQLite makes UTF-8 of a text it is given, whole, faster than we can. */
const KEY = "CAST(? AS BLOB)";

const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  lastStamp: "SELECT last FROM stamp",
  setLastStamp: "UPDATE stamp SET last = ?",
  findBucket: "SELECT id FROM buckets WHERE name = ?",
  addBucket: "INSERT INTO buckets(name) VALUES(?) RETURNING id",
  find:
    "SELECT value, version, expires_at FROM entries WHERE bucket = ? AND key = " +
    KEY,
  has:
    "SELECT expires_at AS expiresAt FROM entries WHERE bucket = ? AND key = " +
    KEY,
  put:
    `INSERT INTO entries(bucket, key, value, version, expires_at) VALUES(?, ${KEY}, ?, ?, ?) ` +
    "ON CONFLICT(bucket, key) DO UPDATE SET " +
    "value = excluded.value, version = excluded.version, expires_at = excluded.expires_at",
  remove: "DELETE FROM entries WHERE bucket = ? AND key = " + KEY,
  sweep:
    "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE expires_at <= ? LIMIT 64)",
  page: `SELECT id, key FROM entries WHERE bucket = :bucket AND id > :after ` +
    `AND ${ALIVE} ORDER BY id LIMIT :limit`,
  /** Rows of a span of ids, whether they have the prefix or not. */
  span: `SELECT id, key, ${ALIVE} AS alive FROM entries ` +
    `WHERE bucket = :bucket AND id > :after ORDER BY id LIMIT :limit`,
  range: `SELECT id, key FROM entries WHERE bucket = :bucket ` +
    `AND key >= :start AND key < :end AND ${ALIVE} LIMIT :limit`,
  buckets: "SELECT id, name, EXISTS(SELECT 1 FROM entries " +
    `WHERE bucket = buckets.id AND ${ALIVE}) AS there ` +
    "FROM buckets WHERE id > :after ORDER BY id LIMIT :limit",
  holdsKey: `SELECT 1 FROM entries WHERE bucket = :bucket AND ${ALIVE} LIMIT 1`,
  lastEntry: "SELECT max(id) AS id FROM entries WHERE bucket = ?",
  sizes: "SELECT id, length(value) AS size FROM entries " +
    "WHERE bucket = :bucket AND id <= :end ORDER BY id LIMIT :limit",
  clear: "DELETE FROM entries WHERE bucket = ? AND id <= ?",
} as const;

/** The statements, prepared. */
export type Statements = {
  readonly [name in keyof typeof STATEMENTS]: StatementSync;
};

/** What Deno's types do not tell of a statement. */
interface ArrayStatement extends StatementSync {
  setReturnArrays(enabled: boolean): void;
}

/** An opened database. */
export interface Database {
  readonly folder: string;
  readonly file: string;
  /** @throws {KeyValueError} `other` once the database was closed. */
  statements(): Statements;
  /** Prepares a statement that only some need. */
  prepare(sql: string): StatementSync;
  /** Runs statements that return nothing. */
  run(sql: string): void;
  close(): void;
}

/** What {@linkcode openDatabase} needs to know. */
export interface DatabaseOptions {
  readonly path: string;
  readonly durability: "power-cut" | "crash";
  readonly patience: number;
}

/** Opens the database in the folder `path`; makes both where they are missing. */
export async function openDatabase(
  options: DatabaseOptions,
): Promise<Database> {
  const file = join(options.path, FILE);
  try {
    await makeFolder(options.path);
    const { DatabaseSync } = await import("node:sqlite");
    const opened = await whileLocked(
      options.patience,
      () => setUp(new DatabaseSync(file), options),
    );
    return new OpenDatabase(options.path, opened);
  } catch (cause) {
    throw explain(cause, { act: "open the store", file });
  }
}

class OpenDatabase implements Database {
  readonly folder: string;
  readonly file: string;
  readonly #connection: DatabaseSync;
  #statements: Statements | undefined;

  constructor(folder: string, connection: DatabaseSync) {
    this.folder = folder;
    this.file = join(folder, FILE);
    this.#connection = connection;
    this.#statements = Object.fromEntries(
      Object.entries(STATEMENTS).map((
        [name, sql],
      ) => [name, connection.prepare(sql)]),
    ) as unknown as Statements;
    // An object with names would make a read a tenth slower.
    (this.#statements.find as ArrayStatement).setReturnArrays(true);
  }

  statements(): Statements {
    if (this.#statements !== undefined) return this.#statements;
    throw new KeyValueError("other", "Cannot use the store: it was closed");
  }

  prepare(sql: string): StatementSync {
    return this.#connection.prepare(sql);
  }

  run(sql: string): void {
    this.#connection.exec(sql);
  }

  close(): void {
    if (this.#statements === undefined) return;
    this.#statements = undefined;
    this.#connection.close();
  }
}

function setUp(
  connection: DatabaseSync,
  options: DatabaseOptions,
): DatabaseSync {
  try {
    connection.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT}`);
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec(
      `PRAGMA synchronous = ${
        options.durability === "power-cut" ? "FULL" : "NORMAL"
      }`,
    );
    if (layoutOf(connection) === LAYOUT) return connection;
    connection.exec("BEGIN IMMEDIATE");
    const layout = layoutOf(connection);
    if (layout === 0) connection.exec(SCHEMA);
    connection.exec("COMMIT");
    if (layout <= LAYOUT) return connection;
    throw new KeyValueError(
      "other",
      `Cannot open the store in ${
        JSON.stringify(join(options.path, FILE))
      }: a later Wharf has written it (layout ${layout}); update Wharf`,
    );
  } catch (cause) {
    connection.close();
    throw cause;
  }
}

function layoutOf(connection: DatabaseSync): number {
  return Number(connection.prepare("PRAGMA user_version").get()?.user_version);
}

/** Calls `act` until no other process is in its way, and gives up after `patience` milliseconds. */
async function whileLocked<T>(patience: number, act: () => T): Promise<T> {
  const end = performance.now() + patience;
  while (true) {
    try {
      return act();
    } catch (cause) {
      if (!isLocked(cause) || performance.now() > end) throw cause;
      await new Promise((resolve) => setTimeout(resolve, pause()));
    }
  }
}

/** How long to wait for another process's lock; random, so that two do not meet again. */
export function pause(): number {
  return 1 + Math.random() * LONGEST_PAUSE;
}
