/**
 * What a guest receives: `incoming-request`, `incoming-body` and `future-trailers` of
 * `wasi:http/types@0.2`.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import type { HeaderLine } from "../../runtime/http_message.ts";
import { Pollable } from "../io/poll.ts";
import { InputStream } from "../io/streams.ts";
import type { BodySource } from "./body_source.ts";
import type { ErrorCode } from "./error_code.ts";
import { Fields } from "./fields.ts";
import { guestLines } from "./header_lines.ts";
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
    const source = body.#source;
    // Whoever does not read a request to its end does not learn what stands behind it.
    const promised = source.ended ? source.trailers : undefined;
    if (body.#options.ownsSource) source.drain();
    else source.cancel();
    return new FutureTrailers(source, { ...body.#options, promised });
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

/** What {@linkcode FutureTrailers} waits for, beside the end of the body. */
interface FutureTrailersOptions extends IncomingBodyOptions {
  /** The lines behind a request. */
  readonly promised?: Promise<readonly HeaderLine[]> | undefined;
}

/** `resource future-trailers`. Lines come with the reader of a response, or by a promise of the front door. */
export class FutureTrailers {
  readonly #source: BodySource;
  readonly #options: FutureTrailersOptions;
  readonly #arrived: Promise<void>;
  /** The lines of a promise that has not been kept yet. */
  #awaited = false;
  #lines: readonly HeaderLine[] = [];
  #taken = false;

  constructor(source: BodySource, options: FutureTrailersOptions = {}) {
    this.#source = source;
    this.#options = options;
    if (options.promised === undefined || source.failure !== undefined) {
      this.#arrived = Promise.resolve();
      return;
    }
    this.#awaited = true;
    this.#arrived = options.promised.then((lines) => {
      this.#lines = lines;
      this.#awaited = false;
    });
  }

  /** `subscribe: func() -> pollable` */
  subscribe(): Pollable {
    return new Pollable({
      isReady: () => this.#isReady(),
      whenReady: () =>
        this.#source.ended ? this.#arrived : this.#source.whenReady(),
    });
  }

  #isReady(): boolean {
    return this.#source.ended && !this.#awaited;
  }

  /** `get: func() -> option<result<result<option<trailers>, error-code>>>` */
  get(): TrailersResult | undefined {
    if (!this.#isReady()) return undefined;
    if (this.#taken) return { tag: "err", val: undefined };
    this.#taken = true;
    const { failure, readTrailers } = this.#source;
    if (failure !== undefined) {
      return { tag: "ok", val: { tag: "err", val: failure.code } };
    }
    const entries = this.#options.ownsSource
      ? readTrailers
      : this.#lines.length === 0
      ? undefined
      : guestLines(this.#lines);
    const fields = entries && Fields.received(entries);
    return { tag: "ok", val: { tag: "ok", val: fields } };
  }

  [Symbol.dispose](): void {
    if (this.#options.ownsSource) this.#source.cancel();
  }
}
