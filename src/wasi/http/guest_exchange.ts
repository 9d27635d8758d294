/**
 * One request and the response a guest makes to it, whoever waits for that.
 *
 * @module
 */

import type { HeaderLine, HttpResponse } from "../../runtime/http_message.ts";
import { GuestTrap } from "../../runtime/trap.ts";
import type { BodyPipe } from "./body_pipe.ts";
import { BodySource } from "./body_source.ts";
import { type ErrorCode, errorCodeText, HttpFailure } from "./error_code.ts";
import type { Fields } from "./fields.ts";
import { hostLines } from "./header_lines.ts";
import { OutgoingResponse } from "./outgoing.ts";
import type { RequestHead } from "./request_head.ts";
import { toResponse } from "./to_response.ts";

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
export interface ExchangeParts {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly trailers?: Promise<readonly HeaderLine[]> | undefined;
}

/** A call of `incoming-handler.handle`, from the guest's side. */
export abstract class GuestExchange {
  readonly source: BodySource;
  readonly #head: RequestHead;
  #state: ExchangeState = { phase: "no response" };
  #pipe: BodyPipe | undefined;

  constructor(head: RequestHead, { body, trailers }: ExchangeParts) {
    this.#head = head;
    this.source = new BodySource(body, trailers);
  }

  /** The response is there; its body may follow. Called once, or {@linkcode refused} is. */
  protected abstract responded(response: HttpResponse): void;

  /** There will be no response. */
  protected abstract refused(trap: GuestTrap): void;

  /** The guest's code has ended, by a trap or well. Called once. */
  protected abstract ended(trap?: GuestTrap): void;

  /** A head was set whose body is not finished: {@linkcode answerEarly} may be called later. */
  protected abstract bodyBegun(): void;

  /** What the guest writes its body to, once it has set its head. */
  protected get pipe(): BodyPipe | undefined {
    return this.#pipe;
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
    this.bodyBegun();
  }

  /** The guest let go of its outparam without setting it. */
  dropOutparam(): void {
    this.#noResponse(
      "dropped its response-outparam without setting a response",
    );
  }

  /** The guest's code has returned. */
  protected returned(): void {
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
      this.ended(invalidResponse(failure));
    } else {
      this.ended();
    }
  }

  /** The guest's code has ended otherwise. */
  protected trapped(trap: GuestTrap): void {
    this.source.cancel();
    this.#pipe?.fail(trap);
    // In this order: the log tells of the trap before it tells of the answer.
    this.ended(trap);
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
    this.refused(trap);
  }

  /**
   * Whether the client has all it will get. It may go on sending, but Deno can lose a read
   * that was under way when the response ended: the guest must not wait for it forever.
   */
  protected isAnswered(): boolean {
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
      const response = toResponse(this.#state.response, {
        isHead: this.#head.method === "HEAD",
        gone: () => this.source.breakOff(),
      });
      this.#state = { phase: "head sent" };
      this.responded(response);
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
