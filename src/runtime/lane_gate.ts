/**
 * A gate of the server's thread that the guests of all lanes pass.
 *
 * @module
 */

import type { Gate } from "./gate.ts";
import type { GateMessage, GateReply } from "./lane_protocol.ts";
import type { Posting } from "./outbox.ts";

/** The gate, as a lane's guests see it. */
export class RemoteGate implements Gate {
  readonly #outbox: Posting<GateMessage>;
  readonly #waiting = new Map<number, () => void>();
  #count = 0;

  constructor(outbox: Posting<GateMessage>) {
    this.#outbox = outbox;
  }

  follow<T>(task: () => Promise<T>): Promise<T> {
    return this.#pass("follow", task);
  }

  change<T>(task: () => Promise<T>): Promise<T> {
    return this.#pass("change", task);
  }

  /** The gate is open for who waits with that number. */
  take({ turn }: GateReply): void {
    this.#waiting.get(turn)?.();
    this.#waiting.delete(turn);
  }

  async #pass<T>(way: keyof Gate, task: () => Promise<T>): Promise<T> {
    const turn = ++this.#count;
    const opened = Promise.withResolvers<void>();
    this.#waiting.set(turn, opened.resolve);
    this.#outbox.post({ kind: "gate-enter", turn, way });
    await opened.promise;
    try {
      return await task();
    } finally {
      this.#outbox.post({ kind: "gate-leave", turn });
    }
  }
}

/** The gate, for one lane. */
export class GateServer {
  readonly #gate: Gate;
  readonly #outbox: Posting<GateReply>;
  readonly #turns = new Map<number, () => void>();

  constructor(gate: Gate, outbox: Posting<GateReply>) {
    this.#gate = gate;
    this.#outbox = outbox;
  }

  take(message: GateMessage): void {
    if (message.kind === "gate-leave") this.#leave(message.turn);
    else this.#enter(message.turn, message.way);
  }

  /** The lane has ended: nobody of it stands in the way any more. */
  leaveAll(): void {
    for (const turn of [...this.#turns.keys()]) this.#leave(turn);
  }

  #enter(turn: number, way: keyof Gate): void {
    const left = Promise.withResolvers<void>();
    this.#turns.set(turn, left.resolve);
    this.#gate[way](() => {
      if (this.#turns.has(turn)) this.#outbox.post({ kind: "gate-open", turn });
      return left.promise;
    });
  }

  #leave(turn: number): void {
    this.#turns.get(turn)?.();
    this.#turns.delete(turn);
  }
}
