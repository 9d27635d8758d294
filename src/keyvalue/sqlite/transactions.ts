/**
 * Writes, many to a transaction: what is asked for in one turn of the event loop is committed
 * together and costs one flush of the disk.
 *
 * @module
 */

import { KeyValueError } from "../store.ts";
import { type Database, pause, type Statements } from "./database.ts";
import { explain, isLocked } from "./errors.ts";

/** How many writes a transaction takes: they hold the event loop until they are done. */
const MOST_WRITES = 512;

/** A transaction, to those who write in it. */
export class Transaction {
  readonly statements: Statements;
  #stamp: number | undefined;

  constructor(statements: Statements) {
    this.statements = statements;
  }

  /** A version that no write has had. */
  nextVersion(): number {
    this.#stamp ??= Number(this.statements.lastStamp.get()?.last);
    return ++this.#stamp;
  }

  /** Stores what {@linkcode nextVersion} has come to. */
  saveStamp(): void {
    if (this.#stamp !== undefined) {
      this.statements.setLastStamp.run(this.#stamp);
    }
  }
}

/**
 * One write. It may run more than once, so it must change nothing but the database; what it
 * throws as a {@linkcode KeyValueError} it must throw before it has changed anything.
 */
export type Write<T> = (transaction: Transaction) => T;

interface Waiting {
  readonly act: string;
  readonly write: Write<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

type Outcome =
  | { readonly done: true; readonly result: unknown }
  | { readonly done: false; readonly cause: unknown };

/** The writes to one database, in the order they were asked for. */
export class Transactions {
  /** Called after each commit. */
  committed: () => void = () => {};
  readonly #database: Database;
  readonly #patience: number;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;

  constructor(database: Database, patience: number) {
    this.#database = database;
    this.#patience = patience;
  }

  /** Runs a write; `act` is what the message of a failure says was tried. */
  run<T>(act: string, write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        act,
        write,
        resolve: resolve as (result: unknown) => void,
        reject,
      });
      this.#working ??= this.#work();
    });
  }

  /** Settles when no write is left. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    // Whatever else this turn asks for joins in.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_WRITES);
      const refused = await this.#begin();
      if (refused !== undefined) this.#refuse(batch, refused);
      else await this.#commit(batch);
      if (this.#waiting.length > 0) await nextTurn();
    }
    this.#working = undefined;
  }

  /** Begins a transaction, as soon as other processes let it; the cause if that fails. */
  async #begin(): Promise<{ readonly cause: unknown } | undefined> {
    const end = performance.now() + this.#patience;
    while (true) {
      try {
        this.#database.statements().begin.run();
        return undefined;
      } catch (cause) {
        if (!isLocked(cause) || performance.now() > end) return { cause };
        await new Promise((resolve) => setTimeout(resolve, pause()));
      }
    }
  }

  /** Runs the writes of a batch in the transaction that was begun, and each on its own if that fails. */
  async #commit(batch: readonly Waiting[]): Promise<void> {
    const statements = this.#database.statements();
    try {
      const transaction = new Transaction(statements);
      const outcomes = batch.map(({ write }) => outcomeOf(write, transaction));
      transaction.saveStamp();
      statements.commit.run();
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.done) batch[index]!.resolve(outcome.result);
        else batch[index]!.reject(outcome.cause);
      }
      this.committed();
    } catch (cause) {
      rollBack(statements);
      if (batch.length === 1) return this.#refuse(batch, { cause });
      // One of them may be too large for the disk; the others need not suffer.
      for (const one of batch) {
        const refused = await this.#begin();
        if (refused !== undefined) this.#refuse([one], refused);
        else await this.#commit([one]);
      }
    }
  }

  #refuse(
    batch: readonly Waiting[],
    { cause }: { readonly cause: unknown },
  ): void {
    const { file } = this.#database;
    for (const { act, reject } of batch) reject(explain(cause, { act, file }));
  }
}

function outcomeOf(write: Write<unknown>, transaction: Transaction): Outcome {
  try {
    return { done: true, result: write(transaction) };
  } catch (cause) {
    if (!(cause instanceof KeyValueError)) throw cause;
    return { done: false, cause };
  }
}

function rollBack(statements: Statements): void {
  try {
    statements.rollback.run();
  } catch {
    // SQLite has rolled it back itself: it does so when the disk is full.
  }
}

/** Lets the event loop do what else is due. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
