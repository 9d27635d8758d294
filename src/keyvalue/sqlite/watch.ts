/**
 * Changes of a database, whoever makes them: triggers write down which keys they touch, for as
 * long as someone has a lease.
 *
 * ```text
 * leases(id, seen, until)     who watches, how far it has read, and until when it is believed
 * touched(id, bucket, key)    the bucket's name and key of what was touched under a lease, each once
 * ```
 *
 * Both are made at the first watch of a database; without a lease the triggers write nothing.
 * A process that dies leaves a lease that ends by itself.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import { KeyValueError } from "../store.ts";
import type { Database } from "./database.ts";
import { explain } from "./errors.ts";
import type { Transactions } from "./transactions.ts";

/** How often to ask whether another process has committed, in ms; own commits are told at once. */
const POLL = 100;
/** For how many seconds a lease is believed; it is renewed in a third of that. */
const LEASE = 60;
const RENEWAL = LEASE * 1000 / 3;

/** What a trigger does for one row, `NEW` or `OLD`. A REPLACE would follow the rules of the write around it. */
const note = (row: string) =>
  `WHEN EXISTS(SELECT 1 FROM leases WHERE until > unixepoch()) BEGIN
  DELETE FROM touched WHERE key = ${row}.key
    AND bucket = (SELECT name FROM buckets WHERE id = ${row}.bucket);
  INSERT INTO touched(bucket, key)
    SELECT name, ${row}.key FROM buckets WHERE id = ${row}.bucket;
END;`;

const TABLES = `
CREATE TABLE IF NOT EXISTS leases(
  id TEXT PRIMARY KEY, seen INTEGER NOT NULL, until INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS touched(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket BLOB NOT NULL,
  key BLOB NOT NULL,
  UNIQUE(bucket, key)
) STRICT;
CREATE TRIGGER IF NOT EXISTS touch_added AFTER INSERT ON entries ${note("NEW")}
CREATE TRIGGER IF NOT EXISTS touch_changed AFTER UPDATE ON entries ${
  note("NEW")
}
CREATE TRIGGER IF NOT EXISTS touch_removed AFTER DELETE ON entries ${
  note("OLD")
}
`;

const STATEMENTS = {
  version: "PRAGMA data_version",
  last: "SELECT seq FROM sqlite_sequence WHERE name = 'touched'",
  lease:
    "INSERT INTO leases(id, seen, until) VALUES(?, ?, unixepoch() + ?) ON CONFLICT(id) " +
    "DO UPDATE SET seen = excluded.seen, until = excluded.until",
  isBelieved: "SELECT 1 FROM leases WHERE id = ? AND until > unixepoch()",
  giveUp: "DELETE FROM leases WHERE id = ?",
  dropOld: "DELETE FROM leases WHERE until <= unixepoch()",
  trim:
    "DELETE FROM touched WHERE id <= (SELECT ifnull(min(seen), 9e18) FROM leases)",
  after:
    "SELECT id, key, bucket AS name FROM touched WHERE id > ? ORDER BY id LIMIT 1000",
  expired: "SELECT entries.key, buckets.name FROM entries " +
    "JOIN buckets ON buckets.id = entries.bucket " +
    "WHERE expires_at > ? AND expires_at <= ?",
} as const;

type Statements = { readonly [name in keyof typeof STATEMENTS]: StatementSync };

/** What {@linkcode Touches} needs. */
export interface TouchesParts {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly now: () => number;
  /** Called for each key that may have changed, with the name of its bucket. */
  readonly touch: (bucket: string, key: string) => void;
  /** Called when changes may have been missed, or cannot be had. */
  readonly fail: (cause: unknown) => void;
}

/** Reads which keys of a database are touched, from {@linkcode Touches.begin} to {@linkcode Touches.end}. */
export class Touches {
  readonly #parts: TouchesParts;
  #reading: Reading | undefined;

  constructor(parts: TouchesParts) {
    this.#parts = parts;
  }

  /** From the writes on that are asked for after this call. */
  begin(): void {
    this.#reading ??= new Reading(this.#parts);
  }

  /** Reads what is committed now. */
  read(): void {
    this.#reading?.read();
  }

  /** Gives up the lease, with the next transaction. */
  end(): void {
    this.#reading?.end();
    this.#reading = undefined;
  }
}

/** One span of reading, under one lease. */
class Reading {
  readonly #parts: TouchesParts;
  readonly #lease = crypto.randomUUID();
  readonly #poll: ReturnType<typeof setInterval>;
  readonly #renewal: ReturnType<typeof setInterval>;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #statements: Statements | undefined;
  #seen = 0;
  #version: unknown;
  #readAt: number;
  #ended = false;

  constructor(parts: TouchesParts) {
    this.#parts = parts;
    this.#readAt = parts.now();
    this.#poll = setInterval(() => this.#pollOnce(), POLL);
    this.#renewal = setInterval(() => this.#renew(), RENEWAL);
    this.#write(() => {
      const { database } = parts;
      database.run(TABLES);
      const statements = prepare(database);
      statements.dropOld.run();
      this.#seen = Number(statements.last.get()?.seq ?? 0);
      statements.lease.run(this.#lease, this.#seen, LEASE);
      statements.trim.run();
      return statements;
    }).then((statements) => {
      this.#statements = statements;
      this.read();
    }).catch(this.#fail);
  }

  read(): void {
    const statements = this.#statements;
    if (statements === undefined || this.#ended) return;
    try {
      this.#readExpired(statements);
      while (true) {
        const rows = statements.after.all(this.#seen);
        for (const row of rows) {
          this.#seen = Number(row.id);
          this.#touch(row);
        }
        if (rows.length < 1000) return;
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#poll);
    clearInterval(this.#renewal);
    this.#write(() => {
      this.#statements?.giveUp.run(this.#lease);
      this.#statements?.trim.run();
    }).catch(() => {
      // The lease ends by itself.
    });
  }

  /** Expiry is nobody's write: a row that has expired stays until it is swept. */
  #readExpired(statements: Statements): void {
    const before = this.#readAt;
    this.#readAt = this.#parts.now();
    if (this.#readAt <= before) return;
    const rows = statements.expired.all(before, this.#readAt);
    for (const row of rows) this.#touch(row);
  }

  #touch(row: Record<string, unknown>): void {
    this.#parts.touch(
      this.#decoder.decode(row.name as Uint8Array),
      this.#decoder.decode(row.key as Uint8Array),
    );
  }

  #pollOnce(): void {
    const statements = this.#statements;
    if (statements === undefined) return;
    try {
      this.#readExpired(statements);
      const version = statements.version.get()?.data_version;
      if (version === this.#version) return;
      this.#version = version;
    } catch (cause) {
      return this.#fail(cause);
    }
    this.read();
  }

  #renew(): void {
    this.#write(() => {
      const statements = this.#statements;
      if (statements === undefined || this.#ended) return;
      // After a long sleep of this process others may have written without a note.
      if (statements.isBelieved.get(this.#lease) === undefined) throw missed();
      statements.lease.run(this.#lease, this.#seen, LEASE);
      statements.dropOld.run();
      statements.trim.run();
    }).catch(this.#fail);
  }

  #write<T>(write: () => T): Promise<T> {
    return this.#parts.transactions.run("watch the bucket", write);
  }

  readonly #fail = (cause: unknown): void => {
    if (this.#ended) return;
    const { file } = this.#parts.database;
    this.#parts.fail(explain(cause, { act: "watch the bucket", file }));
  };
}

function prepare(database: Database): Statements {
  return Object.fromEntries(
    Object.entries(STATEMENTS).map(([name, sql]) => [
      name,
      database.prepare(sql),
    ]),
  ) as unknown as Statements;
}

function missed(): KeyValueError {
  return new KeyValueError(
    "other",
    "Cannot watch the bucket: this process has slept for too long; read the keys and watch again",
  );
}
