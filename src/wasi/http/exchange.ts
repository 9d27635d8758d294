/**
 * One request and the response a guest makes to it: the meeting point of the guest's calls,
 * the server's promise and the deadline.
 *
 * @module
 */

import type { GuestCall } from "../../runtime/guest.ts";
import type { HeaderLine, HttpResponse } from "../../runtime/http_message.ts";
import { GuestTrap, trapFrom } from "../../runtime/trap.ts";
import type { BodyPipe } from "./body_pipe.ts";
import { BodySource } from "./body_source.ts";
import { type ErrorCode, errorCodeText, HttpFailure } from "./error_code.ts";
import type { Fields } from "./fields.ts";
import { hostLines } from "./header_lines.ts";
import { OutgoingResponse } from "./outgoing.ts";
import type { RequestHead } from "./request_head.ts";
import { toResponse } from "./to_response.ts";
import type { Turns } from "./turns.ts";

/** What a guest hands to `response-outparam.set`. */
export type ResponseResult =
  | { readonly tag: "ok"; readonly val: OutgoingResponse }
  | { readonly tag: "err"; readonly val: ErrorCode };

type ExchangeState =
  | { readonly phase: "no response" }
  /** The head is set, and not sent yet: the body may still end in time to go with it. */
  | { readonly phase: "head set"; readonly response: OutgoingResponse }
  /** What is left of the body follows. */
  | { readonly phase: "head sent" }
  /** The client gets the host's own answer in its place. */
  | { readonly phase: "refused" };

/** What a request brings beside its head. */
interface ExchangeParts {
  readonly turns: Turns;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly trailers?: Promise<readonly HeaderLine[]> | undefined;
}

/** A call of `incoming-handler.handle` under way. */
export class Exchange implements GuestCall {
  readonly source: BodySource;
  readonly #head: RequestHead;
  readonly #turns: Turns;
  readonly #response = Promise.withResolvers<HttpResponse>();
  readonly #finished = Promise.withResolvers<void>();
  #state: ExchangeState = { phase: "no response" };
  #pipe: BodyPipe | undefined;
  #since = performance.now();
  #movedBefore = 0;

  constructor(
    head: RequestHead,
    { turns, body, trailers }: ExchangeParts,
  ) {
    this.#head = head;
    this.#turns = turns;
    this.source = new BodySource(body, trailers);
  }

  get response(): Promise<HttpResponse> {
    return this.#response.promise;
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  waitingSince(): number | undefined {
    const moved = this.source.received + (this.#pipe?.written ?? 0);
    const clientIsWaitedFor = this.#pipe?.full === true ||
      (this.source.waiting && !this.#isAnswered());
    if (clientIsWaitedFor || moved !== this.#movedBefore) {
      this.#since = performance.now();
      this.#movedBefore = moved;
    }
    return clientIsWaitedFor ? undefined : this.#since;
  }

  abort(reason: GuestTrap): void {
    this.#trapped(reason);
  }

  /**
   * The guest has something to say before its response.
   *
   * @throws {HttpFailure} There is no way to say it, or the status is no informational one.
   */
  inform(status: number, fields: Fields): void {
    // 100 is for the server to send, and 101 ends HTTP on the connection.
    if (status < 102 || status > 199) {
      throw new HttpFailure(
        { tag: "HTTP-protocol-error" },
        `${status} is no informational status that a guest can send`,
      );
    }
    const { inform } = this.#head;
    if (inform === undefined) {
      throw new HttpFailure(
        {
          tag: "internal-error",
          val:
            "the connection has no informational responses; dev.http_server: node has",
        },
        "The connection has no informational responses",
      );
    }
    inform(status, hostLines(fields));
  }

  /** The guest set its response. */
  set(result: ResponseResult): void {
    if (this.#state.phase !== "no response") return;
    if (result.tag === "err") {
      this.#refuse(
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
      this.answerEarly();
      return;
    }
    // A guest that suspends now is about to stream; one that goes on finishes its body
    // before the next turn of the event loop, and head and body leave in one piece.
    this.#turns.next(this);
  }

  /** The guest let go of its outparam without setting it. */
  dropOutparam(): void {
    this.#noResponse(
      "dropped its response-outparam without setting a response",
    );
  }

  /** Follows the call of the export to its end. */
  follow(running: Promise<unknown>): void {
    running.then(
      () => this.#returned(),
      (error) => this.#trapped(trapFrom(error)),
    );
  }

  #returned(): void {
    this.source.cancel();
    // An error takes longer to make than all the rest here.
    if (this.#pipe?.ended === false) {
      this.#pipe.fail(
        new Error("The guest returned without finishing the body"),
      );
    }
    const isSent = this.#state.phase === "head sent";
    this.#noResponse("returned without setting a response");
    this.#answer();
    const failure = this.#pipe?.failure;
    if (isSent && failure !== undefined) {
      // The client has seen the connection break off; the log is to say why.
      this.#finished.reject(invalidResponse(failure));
    } else {
      this.#finished.resolve();
    }
  }

  #trapped(trap: GuestTrap): void {
    this.source.cancel();
    this.#pipe?.fail(trap);
    // In this order: the log tells of the trap before it tells of the answer.
    this.#finished.reject(trap);
    this.#refuse(trap);
  }

  /** Answers with a failure where no response was set. */
  #noResponse(what: string): void {
    if (this.#state.phase !== "no response") return;
    this.#refuse(new GuestTrap("no-response", `The guest ${what}`));
  }

  #refuse(trap: GuestTrap): void {
    if (this.#state.phase === "head sent") return;
    this.#head.keep();
    this.#state = { phase: "refused" };
    this.#response.reject(trap);
  }

  /**
   * Whether the client has all it will get. It may go on sending, but Deno can lose a read
   * that was under way when the response ended: the guest must not wait for it forever.
   */
  #isAnswered(): boolean {
    switch (this.#state.phase) {
      case "no response":
      case "head set":
        return false;
      case "head sent":
        return this.#pipe === undefined || this.#pipe.ended;
      case "refused":
        return true;
    }
  }

  /** Answers while the guest goes on, where it has not answered yet. */
  answerEarly(): void {
    if (this.#state.phase !== "head set") return;
    this.#head.keep();
    this.#answer();
  }

  #answer(): void {
    if (this.#state.phase !== "head set") return;
    try {
      this.#response.resolve(
        toResponse(this.#state.response, {
          isHead: this.#head.method === "HEAD",
          gone: () => this.source.breakOff(),
        }),
      );
      this.#state = { phase: "head sent" };
    } catch (error) {
      const trap = invalidResponse(error);
      this.#pipe?.fail(trap);
      this.#refuse(trap);
    }
  }
}

function invalidResponse(error: unknown): GuestTrap {
  return new GuestTrap("invalid-response", messageOf(error), { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
