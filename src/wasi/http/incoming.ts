/**
 * What a guest receives: `incoming-request`, `incoming-body` and `future-trailers` of
 * `wasi:http/types@0.2`.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import { Pollable } from "../io/poll.ts";
import { InputStream } from "../io/streams.ts";
import type { BodySource } from "./body_source.ts";
import type { ErrorCode } from "./error_code.ts";
import { Fields } from "./fields.ts";
import { type Method, methodFrom, type Scheme } from "./message.ts";
import type { RequestHead } from "./request_head.ts";

/** `resource incoming-request`. Nothing is parsed or copied until the guest asks for it. */
export class IncomingRequest {
  readonly #head: RequestHead;
  readonly #source: BodySource;
  #consumed = false;

  constructor(head: RequestHead, source: BodySource) {
    this.#head = head;
    this.#source = source;
  }

  /** `method: func() -> method` */
  method(): Method {
    return methodFrom(this.#head.method);
  }

  /** `path-with-query: func() -> option<string>` */
  pathWithQuery(): string | undefined {
    return this.#head.url.pathWithQuery;
  }

  /** `scheme: func() -> option<scheme>` */
  scheme(): Scheme | undefined {
    return this.#head.url.scheme;
  }

  /** `authority: func() -> option<string>` */
  authority(): string | undefined {
    return this.#head.url.authority;
  }

  /** `headers: func() -> headers` */
  headers(): Fields {
    return Fields.received(this.#head.lines);
  }

  /** `consume: func() -> result<incoming-body>`; an error from the second call on. */
  consume(): IncomingBody {
    if (this.#consumed) throw new WitError(undefined);
    this.#consumed = true;
    return new IncomingBody(this.#source);
  }
}

/** What differs between the body of a request and that of a response. */
export interface IncomingBodyOptions {
  /**
   * Whether the source ends with the body, as that of a response does; the server looks after
   * what its client still sends.
   */
  readonly ownsSource?: true;
}

/** `resource incoming-body` */
export class IncomingBody {
  readonly #source: BodySource;
  readonly #options: IncomingBodyOptions;
  #stream: "not taken" | "taken" | "dropped" = "not taken";
  #finished = false;

  constructor(source: BodySource, options: IncomingBodyOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  /** `stream: func() -> result<input-stream>`; an error from the second call on. */
  stream(): InputStream {
    if (this.#stream !== "not taken") throw new WitError(undefined);
    this.#stream = "taken";
    const source = this.#source;
    return new InputStream({
      read: (max) => source.read(max),
      isReady: () => source.isReady(),
      whenReady: () => source.whenReady(),
      dispose: () => this.#stream = "dropped",
    });
  }

  /**
   * `finish: static func(this: incoming-body) -> future-trailers`
   *
   * Traps while the body's stream is still held, as the WIT asks.
   */
  static finish(body: IncomingBody): FutureTrailers {
    if (body.#stream === "taken") {
      throw new TypeError(
        "incoming-body.finish was called while its stream was still held",
      );
    }
    body.#finished = true;
    if (body.#options.ownsSource) body.#source.drain();
    else body.#source.cancel();
    return new FutureTrailers(body.#source, body.#options);
  }

  [Symbol.dispose](): void {
    if (this.#options.ownsSource && !this.#finished) this.#source.cancel();
  }
}

/** `future-trailers.get` answers `option<result<result<option<trailers>, error-code>>>`. */
type TrailersResult =
  | {
    readonly tag: "ok";
    readonly val:
      | { readonly tag: "ok"; readonly val: Fields | undefined }
      | { readonly tag: "err"; readonly val: ErrorCode };
  }
  | { readonly tag: "err"; readonly val: undefined };

/** `resource future-trailers`. Deno's server hands no trailers on: only responses have any. */
export class FutureTrailers {
  readonly #source: BodySource;
  readonly #options: IncomingBodyOptions;
  #taken = false;

  constructor(source: BodySource, options: IncomingBodyOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () => this.#source.ended,
      whenReady: () => this.#source.whenReady(),
    });
  }

  /** `get: func() -> option<result<result<option<trailers>, error-code>>>` */
  get(): TrailersResult | undefined {
    if (!this.#source.ended) return undefined;
    if (this.#taken) return { tag: "err", val: undefined };
    this.#taken = true;
    const { failure, trailers } = this.#source;
    return {
      tag: "ok",
      val: failure === undefined
        ? { tag: "ok", val: trailers && Fields.received(trailers) }
        : { tag: "err", val: failure.code },
    };
  }

  [Symbol.dispose](): void {
    if (this.#options.ownsSource) this.#source.cancel();
  }
}
