/**
 * Which life of the server a connection speaks to: what SCAN's cursors mean ends with it.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { Failure, lost } from "./failure.ts";
import type { Kind, Rounds } from "./rounds.ts";
import { lifeOf } from "./scan_cursor.ts";

const INFO: Kind<undefined, string | undefined> = {
  merges: false,
  command: () => ["INFO", "server"],
  answers: (reply) => [
    reply instanceof Buffer
      ? /^run_id:([0-9a-f]{40})\r?$/m.exec(reply.toString("latin1"))?.[1]
      : undefined,
  ],
};

/** A life of the server, seen on one connection. */
export interface Life {
  /** It lasts as long as the connection is not made anew. */
  readonly lives: number;
  /** What stands for it in cursors; `undefined` where the server does not tell. */
  readonly id: number | undefined;
}

/** Finds out once a connection. */
export class ServerLife {
  readonly #connection: Connection;
  readonly #rounds: Rounds;
  #known: Life | undefined;

  constructor(connection: Connection, rounds: Rounds) {
    this.#connection = connection;
    this.#rounds = rounds;
  }

  /** The life there is now. */
  async current(): Promise<Life> {
    if (!this.#connection.isReady) await this.#connection.ready();
    const { lives } = this.#connection;
    if (this.#known?.lives === lives) return this.#known;
    const id = await this.#ask();
    const life = { lives, id: id === undefined ? undefined : lifeOf(id) };
    this.check(life);
    return this.#known = life;
  }

  /** Fails if that life may have ended: what was learned in it says nothing any more. */
  check({ lives }: Life): void {
    if (this.#connection.lives !== lives) throw lost();
  }

  async #ask(): Promise<string | undefined> {
    try {
      return await this.#rounds.submit(INFO, undefined);
    } catch (cause) {
      // Few users may ask; they list without SCAN's order.
      if (cause instanceof Failure && cause.word === "NOPERM") return undefined;
      throw cause;
    }
  }
}
