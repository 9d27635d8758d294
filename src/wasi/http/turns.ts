/**
 * What is to be done at the next turn of the event loop: one timer serves all who wait for it.
 *
 * @module
 */

/** Whose response may leave without the end of its body. */
interface Early {
  answerEarly(): void;
}

/** The turns of one thread's event loop. */
export class Turns {
  #due: Early[] = [];

  /** Calls `answerEarly` with the next turn. */
  next(exchange: Early): void {
    this.#due.push(exchange);
    if (this.#due.length === 1) setImmediate(() => this.#run());
  }

  #run(): void {
    const due = this.#due;
    this.#due = [];
    for (const exchange of due) exchange.answerEarly();
  }
}
