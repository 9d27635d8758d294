/**
 * One call out of the host over HTTP/1.1, from the connection to the end of the response.
 *
 * @module
 */

import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { BodyReader } from "./body_source.ts";
import { HttpFailure } from "./error_code.ts";
import { textFrom } from "../../runtime/latin1.ts";
import { OutgoingBody } from "./outgoing.ts";
import { failure, failureFrom } from "./outgoing_failure.ts";
import { ResponseReader } from "./response_reader.ts";

/** How long each part of a call may take, in milliseconds. */
export interface CallTimeouts {
  readonly connect: number;
  /** From the end of the request to the head of the response. */
  readonly firstByte: number;
  /** Between two pieces of the response's body. */
  readonly betweenBytes: number;
}

/** A response whose body is still to come. */
export interface OutgoingResponseHead {
  readonly status: number;
  /** Name, value, name, value; one character a byte. */
  readonly rawHeaders: readonly string[];
  readonly body: BodyReader | null;
}

/** What a call is made of. */
export interface CallOptions {
  /** Begins a request; the call adds its body and what it listens to. */
  readonly begin: (options: RequestOptions) => ClientRequest;
  readonly request: RequestOptions;
  readonly body: OutgoingBody | undefined;
  readonly timeouts: CallTimeouts;
  /** Whether the name is being looked up; a timeout then is that of DNS. */
  readonly isLookingUp: () => boolean;
  /** Called once, when the connection is no longer the call's. */
  readonly ended: () => void;
  /**
   * Called when Deno is about to send it again by itself, whatever it is, because the connection
   * was stale. A call that fails meanwhile is not sent.
   */
  readonly resent: () => void;
}

/** A call under way. */
export class OutgoingCall {
  readonly #options: CallOptions;
  readonly #request: ClientRequest;
  readonly #head = Promise.withResolvers<OutgoingResponseHead>();
  #reader: ResponseReader | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSent = false;
  #isReceived = false;
  #ended = false;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#head.promise.catch(() => {}); // awaited by the client, if it still is
    const request = this.#request = options.begin(options.request);
    request.on("error", (error) => this.#broke(error));
    request.on(
      "response",
      (message: IncomingMessage) => this.#respond(message),
    );
    // Nobody asked for another protocol, and no body follows in this one.
    request.on("upgrade", () =>
      this.fail(failure(
        { tag: "HTTP-upgrade-failed" },
        "The server changed to another protocol",
      )));
    request.on("close", () => this.#closed());
    request.once("socket", (socket: Socket) => {
      this.#connect(socket);
      request.on("socket", options.resent);
    });
    this.#within(options.timeouts.connect, () =>
      failure(
        {
          tag: options.isLookingUp() ? "DNS-timeout" : "connection-timeout",
        },
        `There was no connection within ${options.timeouts.connect} ms`,
      ));
  }

  /** The response's head; rejects with {@linkcode HttpFailure}. */
  get head(): Promise<OutgoingResponseHead> {
    return this.#head.promise;
  }

  /** Whether it failed on a connection that had served another call before. */
  get onOldConnection(): boolean {
    return this.#request.reusedSocket;
  }

  /** Whether a response has begun. */
  get hasResponse(): boolean {
    return this.#reader !== undefined;
  }

  /** Ends the call, whatever it is at. */
  fail(error: HttpFailure): void {
    if (this.#ended) return;
    this.#head.reject(error);
    this.#reader?.fail(error);
    this.#end();
    this.#request.destroy();
  }

  #connect(socket: Socket): void {
    if (this.#ended) return;
    if (this.#request.reusedSocket) {
      this.#connected();
      return;
    }
    const secure = this.#options.request.protocol === "https:";
    socket.once(secure ? "secureConnect" : "connect", () => this.#connected());
  }

  #connected(): void {
    if (this.#ended) return;
    this.#stopTimer();
    this.#send().catch((error) => this.#broke(error));
  }

  /** Writes the body, no faster than the server takes it. */
  async #send(): Promise<void> {
    const { body } = this.#options;
    if (body !== undefined) {
      const reader = body.pipe.readable().getReader();
      while (true) {
        const { value, done } = await reader.read();
        if (this.#ended) return;
        if (done) break;
        if (!this.#request.write(value)) await this.#drained();
        if (this.#ended) return;
      }
      const trailers = OutgoingBody.trailers(body);
      if (trailers !== undefined) {
        this.#request.addTrailers(
          trailers.entries().map(([name, value]): [string, string] => [
            name,
            textFrom(value),
          ]),
        );
      }
    }
    this.#request.end();
    this.#isSent = true;
    if (this.#reader === undefined) this.#waitForHead();
    this.#settle();
  }

  async #drained(): Promise<void> {
    const drained = Promise.withResolvers<void>();
    const wake = () => drained.resolve();
    const { firstByte } = this.#options.timeouts;
    this.#within(firstByte, () =>
      failure(
        { tag: "connection-write-timeout" },
        `The server took nothing of the request for ${firstByte} ms`,
      ));
    this.#request.once("drain", wake).once("close", wake);
    await drained.promise;
    this.#request.off("drain", wake).off("close", wake);
    this.#stopTimer();
  }

  #waitForHead(): void {
    const { firstByte } = this.#options.timeouts;
    this.#within(firstByte, () =>
      failure(
        { tag: "HTTP-response-timeout" },
        `The response did not begin within ${firstByte} ms`,
      ));
  }

  #respond(message: IncomingMessage): void {
    if (this.#ended) {
      message.destroy();
      return;
    }
    if (this.#isSent) this.#stopTimer();
    const status = message.statusCode ?? 0;
    const isBodiless = this.#options.request.method === "HEAD" ||
      status === 204 || status === 304;
    const reader = this.#reader = new ResponseReader(message, {
      betweenBytes: this.#options.timeouts.betweenBytes,
      ended: (error) => {
        this.#isReceived = true;
        if (isBodiless) this.#head.resolve(head);
        if (error === undefined) this.#settle();
        else this.fail(error);
      },
    });
    const head: OutgoingResponseHead = {
      status,
      rawHeaders: message.rawHeaders,
      body: isBodiless ? null : reader,
    };
    // Without a body the end is at hand, and the connection then free for another call.
    if (!isBodiless) this.#head.resolve(head);
  }

  /** The request failed, its connection or its body. */
  #broke(error: unknown): void {
    if (this.#reader === undefined) {
      this.fail(failureFrom(error, "request"));
      return;
    }
    // A server may answer and close without reading the rest: its answer counts.
    const found = failureFrom(error, "response");
    if (!this.#isSent && found.code.tag === "HTTP-response-incomplete") {
      this.#giveUpSending();
    } else {
      this.fail(found);
    }
  }

  #closed(): void {
    if (this.#ended) return;
    if (this.#reader !== undefined) {
      this.#giveUpSending();
      return;
    }
    this.fail(failure(
      { tag: "connection-terminated" },
      "The connection ended before the response began",
    ));
  }

  /** The server takes no more of the request; what it answers still counts. */
  #giveUpSending(): void {
    this.#isSent = true;
    this.#options.body?.pipe.cancel();
    this.#settle();
  }

  #settle(): void {
    if (this.#isSent && this.#isReceived) this.#end();
  }

  #within(milliseconds: number, fault: () => HttpFailure): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => this.fail(fault()), milliseconds);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopTimer();
    this.#options.body?.pipe.cancel();
    this.#options.ended();
  }
}
