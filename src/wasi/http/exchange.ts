/**
 * One request and the response a guest makes to it: the meeting point of the guest's calls,
 * the server's promise and the deadline.
 *
 * @module
 */

import type { GuestCall } from "../../runtime/guest.ts";
import { GuestTrap, trapFrom } from "../../runtime/trap.ts";
import type { BodyPipe } from "./body_pipe.ts";
import { BodySource } from "./body_source.ts";
import { type ErrorCode, errorCodeText } from "./error_code.ts";
import { textFrom } from "./header_lines.ts";
import { OutgoingResponse } from "./outgoing.ts";

/** RFC 9110: responses that have no body whatever the guest wrote. */
const BODILESS_STATUS: ReadonlySet<number> = new Set([204, 205, 304]);

/** What a guest hands to `response-outparam.set`. */
export type ResponseResult =
  | { readonly tag: "ok"; readonly val: OutgoingResponse }
  | { readonly tag: "err"; readonly val: ErrorCode };

type ExchangeState =
  | { readonly phase: "no response" }
  /** The head is set, and not sent yet: the body may still end in time to go with it. */
  | { readonly phase: "head set"; readonly response: OutgoingResponse }
  | { readonly phase: "answered" };

/** A call of `incoming-handler.handle` under way. */
export class Exchange implements GuestCall {
  readonly source: BodySource;
  readonly #response = Promise.withResolvers<Response>();
  readonly #finished = Promise.withResolvers<void>();
  #state: ExchangeState = { phase: "no response" };
  #pipe: BodyPipe | undefined;
  #since = performance.now();
  #writtenBefore = 0;

  constructor(request: Request) {
    this.source = new BodySource(request.body);
    // Both are awaited by the lane; a rejection must not count as unhandled before it is.
    this.#response.promise.catch(() => {});
    this.#finished.promise.catch(() => {});
  }

  get response(): Promise<Response> {
    return this.#response.promise;
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  waitingSince(): number | undefined {
    const written = this.#pipe?.written ?? 0;
    const clientIsWaitedFor = this.source.waiting || this.#pipe?.full === true;
    if (clientIsWaitedFor || written !== this.#writtenBefore) {
      this.#since = performance.now();
      this.#writtenBefore = written;
    }
    return clientIsWaitedFor ? undefined : this.#since;
  }

  abort(reason: GuestTrap): void {
    this.#trapped(reason);
  }

  /** The guest set its response. */
  set(result: ResponseResult): void {
    if (this.#state.phase !== "no response") return;
    if (result.tag === "err") {
      this.#fail(
        new GuestTrap(
          "error-code",
          `The guest answered with the error code ${errorCodeText(result.val)}`,
        ),
      );
      return;
    }
    this.#state = { phase: "head set", response: result.val };
    this.#pipe = OutgoingResponse.pipe(result.val);
    if (this.#pipe === undefined || this.#pipe.finished) {
      this.#answer();
      return;
    }
    // A guest that suspends now is about to stream; one that goes on finishes its body
    // before the next turn of the event loop, and head and body leave in one piece.
    setTimeout(() => this.#answer(), 0);
  }

  /** The guest let go of its outparam without setting it. */
  dropOutparam(): void {
    this.#fail(
      noResponse("dropped its response-outparam without setting a response"),
    );
  }

  /** Follows the call of the export to its end. */
  async follow(running: Promise<unknown>): Promise<void> {
    try {
      await running;
    } catch (error) {
      this.#trapped(trapFrom(error));
      return;
    }
    this.#returned();
  }

  #returned(): void {
    this.source.cancel();
    this.#pipe?.fail(
      new Error("The guest returned without finishing the body"),
    );
    this.#fail(noResponse("returned without setting a response"));
    this.#answer();
    this.#finished.resolve();
  }

  #trapped(trap: GuestTrap): void {
    this.source.cancel();
    this.#pipe?.fail(trap);
    this.#answered(trap);
    this.#finished.reject(trap);
  }

  /** Answers with a failure where no response was set. */
  #fail(trap: GuestTrap): void {
    if (this.#state.phase === "no response") this.#answered(trap);
  }

  #answered(trap: GuestTrap): void {
    if (this.#state.phase === "answered") return;
    this.#state = { phase: "answered" };
    this.#response.reject(trap);
  }

  #answer(): void {
    if (this.#state.phase !== "head set") return;
    const { response } = this.#state;
    this.#state = { phase: "answered" };
    try {
      this.#response.resolve(toResponse(response, this.#pipe));
    } catch (error) {
      const trap = new GuestTrap("invalid-response", `${messageOf(error)}`, {
        cause: error,
      });
      this.#pipe?.fail(trap);
      this.#response.reject(trap);
    }
  }
}

function noResponse(what: string): GuestTrap {
  return new GuestTrap("no-response", `The guest ${what}`);
}

function toResponse(
  response: OutgoingResponse,
  pipe: BodyPipe | undefined,
): Response {
  const status = response.statusCode();
  if (status < 200) {
    throw new RangeError(
      `The guest answered with status ${status}, which is no final response`,
    );
  }
  const headers = new Headers();
  for (const [name, value] of response.headers().entries()) {
    headers.append(name, textFrom(value));
  }
  return new Response(toBody(status, pipe), { status, headers });
}

function toBody(status: number, pipe: BodyPipe | undefined): BodyInit | null {
  if (pipe === undefined) return null;
  if (BODILESS_STATUS.has(status)) {
    pipe.cancel();
    return null;
  }
  if (pipe.failure !== undefined) throw pipe.failure;
  return pipe.finished ? pipe.takeAll() : pipe.readable();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
