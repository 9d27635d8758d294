/**
 * What a guest is told when SQLite refuses.
 *
 * @module
 */

import { explain as explainDisk } from "../filesystem/errors.ts";
import { KeyValueError } from "../store.ts";

/**
 * What SQLite says, why that is, and what helps. Deno 2.9 gives `ERR_SQLITE_ERROR` for all of
 * them and no result code, so the texts of `sqlite3_errstr` are all there is to go by.
 */
const CAUSES: readonly (
  readonly [
    says: string,
    code: KeyValueError["code"],
    state: string,
  ]
)[] = [
  [
    "database is locked",
    "other",
    "other processes have kept it locked for too long; try again",
  ],
  [
    "file is not a database",
    "other",
    "it is no SQLite database; move it away, or choose another folder",
  ],
  [
    "database disk image is malformed",
    "other",
    "the database is damaged; restore a copy, or run sqlite3 with .recover",
  ],
  [
    "unable to open database file",
    "other",
    "it cannot be opened; check that it is a file in a folder, and that Wharf may read and write both",
  ],
  [
    "attempt to write a readonly database",
    "access-denied",
    "Wharf may not write there; change the owner or the mode",
  ],
  [
    "database or disk is full",
    "other",
    "the disk is full, and the old value was kept; make room",
  ],
  [
    "string or blob too big",
    "other",
    "the value is larger than SQLite holds; store less than 1 GB",
  ],
  ["disk I/O error", "other", "the disk reports an error; check it"],
];

/** Whether another process has the lock that this one asked for. */
export function isLocked(cause: unknown): boolean {
  return isOfSqlite(cause) && cause.message.startsWith("database is locked");
}

/** The error to tell the guest of, if the cause is the database; any other cause as it is. */
export function explain(
  cause: unknown,
  attempt: { readonly act: string; readonly file: string },
): unknown {
  if (!isOfSqlite(cause)) {
    return explainDisk(cause, { act: attempt.act, path: attempt.file });
  }
  const [, code, state] =
    CAUSES.find(([says]) => cause.message.startsWith(says)) ??
      ["", "other" as const, `SQLite says ${JSON.stringify(cause.message)}`];
  return new KeyValueError(
    code,
    `Cannot ${attempt.act} in ${JSON.stringify(attempt.file)}: ${state}`,
    { cause },
  );
}

function isOfSqlite(cause: unknown): cause is Error {
  return cause instanceof Error && "code" in cause &&
    cause.code === "ERR_SQLITE_ERROR";
}
