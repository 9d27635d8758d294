/**
 * Calls that are made in one turn of the event loop go to Redis together: those of one kind as
 * one command, all of them in one write, under one deadline. A command of its own for each
 * call, with a timer of its own, would cost twice as much as the call itself.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { closed, Failure, failureOf, lost } from "./failure.ts";

/** A part of a command. */
export type Argument = string | Buffer;

/** How calls of one kind become a command. */
export interface Kind<Input, Output> {
  /** Whether several may share a command. */
  readonly merges: boolean;
  /** The command, its name first. */
  command(inputs: readonly Input[]): Argument[];
  /** What a call is about: those on one key reach Redis in the order they were made. */
  keyOf?(input: Input): string;
  /** What the reply says to each of the calls. */
  answers(reply: unknown, inputs: readonly Input[]): (Output | Failure)[];
}

/** How many calls share a command, and how many bytes, at most. */
const MOST_CALLS = 256;
const MOST_BYTES = 256 * 1024;

interface Call<Input, Output> {
  readonly input: Input;
  resolve(output: Output): void;
  reject(failure: unknown): void;
}

/** A command to be, of whatever kind. */
interface AnyGroup {
  readonly kind: unknown;
  command(): Argument[];
  settle(reply: unknown): void;
  fail(reason: unknown): void;
  /** Each call on its own. */
  apart(): AnyGroup[];
}

class Group<Input, Output> implements AnyGroup {
  readonly #calls: Call<Input, Output>[] = [];
  #bytes = 0;

  constructor(readonly kind: Kind<Input, Output>) {}

  add(call: Call<Input, Output>, bytes: number): this {
    this.#calls.push(call);
    this.#bytes += bytes;
    return this;
  }

  hasRoom(bytes: number): boolean {
    return this.kind.merges && this.#calls.length < MOST_CALLS &&
      this.#bytes + bytes <= MOST_BYTES;
  }

  command(): Argument[] {
    return this.kind.command(this.#calls.map((call) => call.input));
  }

  settle(reply: unknown): void {
    const inputs = this.#calls.map((call) => call.input);
    const answers = this.kind.answers(reply, inputs);
    for (const [index, call] of this.#calls.entries()) {
      const answer = answers[index] as Output | Failure;
      if (answer instanceof Failure) call.reject(answer);
      else call.resolve(answer);
    }
  }

  fail(reason: unknown): void {
    for (const call of this.#calls) call.reject(reason);
  }

  apart(): AnyGroup[] {
    return this.#calls.map((call) => new Group(this.kind).add(call, 0));
  }
}

/** The calls of a backend on their way to Redis. */
export class Rounds {
  readonly #connection: Connection;
  readonly #deadline: number;
  readonly #under = new Set<Promise<void>>();
  #groups: AnyGroup[] = [];
  /** By kind, the place of the last group that calls can still be added to. */
  readonly #open = new Map<unknown, number>();
  /** By key, the place of the last group that has a call on it. */
  readonly #last = new Map<string, number>();
  #closed = false;

  constructor(connection: Connection, deadline: number) {
    this.#connection = connection;
    this.#deadline = deadline;
  }

  /** Sends a call with the others of this turn. */
  submit<Input, Output>(
    kind: Kind<Input, Output>,
    input: Input,
    bytes = 0,
  ): Promise<Output> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#groupFor(kind, input, bytes).add({ input, resolve, reject }, bytes);
    });
  }

  /** Lets what was submitted come to its end, and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#begin();
    while (this.#under.size > 0) await Promise.all(this.#under);
  }

  /** Calls of one kind go together, though others were made between them; one on the same key ends that. */
  #groupFor<Input, Output>(
    kind: Kind<Input, Output>,
    input: Input,
    bytes: number,
  ): Group<Input, Output> {
    const key = kind.keyOf?.(input);
    let place = kind.merges ? this.#open.get(kind) : undefined;
    if (place !== undefined) {
      const group = this.#groups[place] as Group<Input, Output>;
      const isAfter = key === undefined || (this.#last.get(key) ?? 0) <= place;
      if (isAfter && group.hasRoom(bytes)) {
        if (key !== undefined) this.#last.set(key, place);
        return group;
      }
    }
    if (this.#groups.length === 0) setImmediate(() => this.#begin());
    place = this.#groups.length;
    const group = new Group(kind);
    this.#groups.push(group);
    this.#open.set(kind, place);
    if (key !== undefined) this.#last.set(key, place);
    return group;
  }

  #begin(): void {
    const groups = this.#groups;
    if (groups.length === 0) return;
    this.#groups = [];
    this.#open.clear();
    this.#last.clear();
    const round = this.#run(groups);
    this.#under.add(round);
    round.finally(() => this.#under.delete(round));
  }

  /** Settles every group within the deadline; never rejects. */
  async #run(groups: readonly AnyGroup[]): Promise<void> {
    const open = new Set(groups);
    let late: (() => void) | undefined;
    const isLate = new Promise<void>((resolve) => late = resolve);
    const patience = startPatience(this.#deadline, () => late?.());
    try {
      await Promise.race([isLate, this.#carryOut(open)]);
      for (const group of open) group.fail(tooLate(this.#deadline));
    } catch (cause) {
      for (const group of open) group.fail(failureOf(cause));
    } finally {
      open.clear();
      patience.end();
    }
  }

  async #carryOut(open: Set<AnyGroup>): Promise<void> {
    if (!this.#connection.isReady) await this.#connection.ready();
    let groups = [...open];
    while (groups.length > 0) {
      const apart: AnyGroup[] = [];
      const replies = await this.#send(groups);
      for (const [index, group] of groups.entries()) {
        if (!open.has(group)) continue;
        const reply = replies[index];
        if (!(reply instanceof Error)) group.settle(reply);
        else {
          const reason = failureOf(reply);
          const refused = reason instanceof Failure && reason.word === "NOPERM";
          const singles = refused ? group.apart() : [];
          // One of them is not permitted; Redis did nothing for the others either.
          if (singles.length > 1) apart.push(...singles);
          else group.fail(reason);
        }
        open.delete(group);
      }
      for (const group of apart) open.add(group);
      groups = apart;
    }
  }

  async #send(groups: readonly AnyGroup[]): Promise<unknown[]> {
    const { client } = this.#connection;
    const [first] = groups;
    if (groups.length === 1 && first !== undefined) {
      const [name, ...args] = first.command();
      return [await client.callBuffer(String(name), args).catch(asError)];
    }
    const pipeline = client.pipeline();
    for (const group of groups) {
      const [name, ...args] = group.command();
      pipeline.callBuffer(String(name), args);
    }
    const replies = await pipeline.exec();
    return replies?.map(([error, reply]) => error ?? reply) ??
      groups.map(() => lost());
  }
}

/** In how many parts a deadline is counted. */
const PARTS = 10;

/**
 * Calls back when the time is over. Time in which this process was held up counts as one part of
 * it: when it goes on, timers are served before the answers that have come.
 */
function startPatience(milliseconds: number, over: () => void) {
  let left = PARTS;
  const timer = setInterval(() => {
    if (--left === 0) over();
  }, milliseconds / PARTS);
  return { end: () => clearInterval(timer) };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : lost();
}

function tooLate(deadline: number): Failure {
  return new Failure(
    "other",
    `no answer came within ${deadline} ms, so it may be done or not; try again, or look what keeps Redis busy`,
  );
}
