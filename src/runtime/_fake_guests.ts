/**
 * Guests that do what a test says, for the tests of what lends and watches them.
 *
 * @module
 */

import type { BucketChange, Guest, GuestCall, GuestFactory } from "./guest.ts";
import type { HttpRequest, HttpResponse } from "./http_message.ts";
import type { GuestTrap } from "./trap.ts";

/** A call that goes on until the test ends it. */
export class FakeCall implements GuestCall {
  readonly requestId: string;
  readonly answer = Promise.withResolvers<HttpResponse>();
  readonly end = Promise.withResolvers<void>();
  readonly aborted = Promise.withResolvers<GuestTrap>();
  aborts = 0;
  /** What {@linkcode waitingSince} answers; by default the client waits for nothing. */
  since: number | undefined = undefined;

  constructor(requestId = "") {
    this.requestId = requestId;
    this.answer.promise.catch(() => {});
    this.end.promise.catch(() => {});
  }

  get response(): Promise<HttpResponse> {
    return this.answer.promise;
  }

  get finished(): Promise<void> {
    return this.end.promise;
  }

  waitingSince(): number | undefined {
    return this.since;
  }

  abort(reason: GuestTrap): void {
    this.aborts++;
    this.aborted.resolve(reason);
    this.fail(reason);
  }

  /** The guest answers and returns. */
  succeed(body = ""): void {
    this.answer.resolve(new Response(body));
    this.end.resolve();
  }

  /** The guest traps. */
  fail(error: unknown): void {
    this.answer.reject(error);
    this.end.reject(error);
  }
}

/** A guest that keeps its calls. */
export class FakeGuest implements Guest {
  readonly calls: FakeCall[] = [];
  drops = 0;
  wasPlain = false;
  /** What {@linkcode handlePlainly} gives, or throws. */
  answersPlainly: () => HttpResponse = () => {
    throw new TypeError("The call is not plain");
  };
  /** What {@linkcode restart} answers, where a factory gives its guests one. */
  restart?: () => FakeGuest | undefined;
  #uses = 0;

  get uses(): number {
    return this.#uses;
  }

  handle(_request: HttpRequest, requestId: string): FakeCall {
    this.#uses++;
    const call = new FakeCall(requestId);
    this.calls.push(call);
    return call;
  }

  handlePlainly(): HttpResponse {
    this.#uses++;
    return this.answersPlainly();
  }

  tell(_change: BucketChange, changeId: string): FakeCall {
    this.#uses++;
    const call = new FakeCall(changeId);
    this.calls.push(call);
    return call;
  }

  drop(): void {
    this.drops++;
  }
}

/** Makes fake guests, and keeps them. */
export class FakeFactory implements GuestFactory {
  readonly made: FakeGuest[] = [];
  /** What the next guests fail with, in order; `undefined` for one that does not. */
  readonly failures: (Error | undefined)[] = [];
  /** What making waits for. */
  gate: Promise<void> = Promise.resolve();

  async make(): Promise<FakeGuest> {
    const failure = this.failures.shift();
    await this.gate;
    if (failure !== undefined) throw failure;
    return this.#add(new FakeGuest());
  }

  /** Gives guests that can be made fresh again, as long as it is true. */
  restarts = false;
  restarted = 0;

  #add(guest: FakeGuest): FakeGuest {
    this.made.push(guest);
    guest.restart = () => {
      if (!this.restarts) return undefined;
      this.restarted++;
      return this.#add(new FakeGuest());
    };
    return guest;
  }

  /** All calls of all guests, in the order of the guests. */
  get calls(): FakeCall[] {
    return this.made.flatMap(({ calls }) => calls);
  }

  /** How many guests have not been dropped. */
  get alive(): number {
    return this.made.filter(({ drops }) => drops === 0).length;
  }
}

/** Lets everything happen that waits for nothing but promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
