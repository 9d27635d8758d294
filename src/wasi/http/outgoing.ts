/**
 * What a guest makes: `outgoing-response`, `outgoing-request`, `outgoing-body` and
 * `request-options` of `wasi:http/types@0.2`.
 *
 * @module
 */

import { WitError } from "../../runtime/host_interface.ts";
import { type ByteSink, OutputStream } from "../io/streams.ts";
import { BodyPipe } from "./body_pipe.ts";
import { type ErrorCode, HttpFailure } from "./error_code.ts";
import { Fields } from "./fields.ts";
import { textFrom } from "../../runtime/latin1.ts";
import { hostLines } from "./header_lines.ts";
import {
  isAuthority,
  isMethod,
  isPathWithQuery,
  isScheme,
  type Method,
  type Scheme,
} from "./message.ts";

/** Which size an error names when a body is not as long as its `content-length` says. */
type BodySizeError = "HTTP-request-body-size" | "HTTP-response-body-size";

/** Headers and a body that a guest writes. */
class OutgoingMessage {
  /** What they say the body's length is. They are frozen: read once. */
  readonly length: ReturnType<typeof contentLength>;
  readonly fields: Fields;
  readonly #sizeError: BodySizeError;
  #body: OutgoingBody | undefined;

  constructor(fields: Fields, sizeError: BodySizeError) {
    this.fields = fields.freeze();
    this.length = contentLength(fields);
    this.#sizeError = sizeError;
  }

  get body(): OutgoingBody | undefined {
    return this.#body;
  }

  takeBody(): OutgoingBody {
    if (this.#body !== undefined) throw new WitError(undefined);
    const { length } = this;
    return this.#body = new OutgoingBody(
      typeof length === "number" ? length : undefined,
      this.#sizeError,
    );
  }
}

/** `resource outgoing-response` */
export class OutgoingResponse {
  readonly #message: OutgoingMessage;
  #statusCode = 200;

  /** `constructor(headers: headers)` */
  constructor(headers: Fields) {
    this.#message = new OutgoingMessage(headers, "HTTP-response-body-size");
  }

  /** `status-code: func() -> status-code` */
  statusCode(): number {
    return this.#statusCode;
  }

  /** `set-status-code: func(status-code: status-code) -> result`; RFC 9110, 15: 100 to 599. */
  setStatusCode(statusCode: number): void {
    if (statusCode < 100 || statusCode > 599) throw new WitError(undefined);
    this.#statusCode = statusCode;
  }

  /** `headers: func() -> headers` */
  headers(): Fields {
    return Fields.received(this.#message.fields.entries());
  }

  /** `body: func() -> result<outgoing-body>`; an error from the second call on. */
  body(): OutgoingBody {
    return this.#message.takeBody();
  }

  /** What the guest wrote the body to, if it asked for one. For the host. */
  static pipe(response: OutgoingResponse): BodyPipe | undefined {
    return response.#message.body?.pipe;
  }

  /**
   * How long the body is to be, if the guest has said so. For the host.
   *
   * @throws {RangeError} It said something that is no length.
   */
  static contentLength(response: OutgoingResponse): number | undefined {
    return lengthOf(response.#message);
  }
}

/** `resource outgoing-body` */
export class OutgoingBody {
  /** For the host. */
  readonly pipe: BodyPipe;
  readonly #contentLength: number | undefined;
  readonly #sizeError: BodySizeError;
  #stream: "not taken" | "taken" | "dropped" = "not taken";
  #trailers: Fields | undefined;
  /** Counts what was refused for being too much, too. */
  #written = 0;

  constructor(contentLength: number | undefined, sizeError: BodySizeError) {
    this.pipe = new BodyPipe(contentLength);
    this.#contentLength = contentLength;
    this.#sizeError = sizeError;
  }

  /** `write: func() -> result<output-stream>`; an error from the second call on. */
  write(): OutputStream {
    if (this.#stream !== "not taken") throw new WitError(undefined);
    this.#stream = "taken";
    return new OutputStream(
      new BodySink(
        this.pipe,
        (bytes) => this.#write(bytes),
        () => this.#stream = "dropped",
      ),
    );
  }

  /**
   * `finish: static func(this: outgoing-body, trailers: option<trailers>) -> result<_, error-code>`
   *
   * A front door or a client that takes no trailers gets the body without them: RFC 9110, 6.5
   * lets anyone on the way drop them, so that is no failure of the guest. Traps while the
   * body's stream is still held, as the WIT asks.
   */
  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    if (body.#stream === "taken") {
      throw new TypeError(
        "outgoing-body.finish was called while its stream was still held",
      );
    }
    if (body.#written !== (body.#contentLength ?? body.#written)) {
      const failure = body.#sizeFailure();
      body.pipe.fail(failure);
      throw new WitError<ErrorCode>(failure.code);
    }
    body.#trailers = trailers;
    body.pipe.finish(trailers === undefined ? [] : hostLines(trailers));
  }

  /** What follows the body, once it is finished. For the host. */
  static trailers(body: OutgoingBody): Fields | undefined {
    return body.#trailers;
  }

  [Symbol.dispose](): void {
    this.pipe.fail(
      new Error("The guest dropped the body without finishing it"),
    );
  }

  /** Passes bytes on, unless they are more than content-length says. */
  #write(bytes: Uint8Array): void {
    this.#written += bytes.length;
    if (this.#written <= (this.#contentLength ?? Infinity)) {
      this.pipe.write(bytes);
      return;
    }
    this.pipe.fail(this.#sizeFailure());
    this.pipe.capacity(); // throws the failure
  }

  #sizeFailure(): HttpFailure {
    return new HttpFailure(
      { tag: this.#sizeError, val: BigInt(this.#written) },
      `The body has ${this.#written} bytes where content-length says ${this.#contentLength}`,
    );
  }
}

/** What a guest writes a body to: a pipe, and a look at how much goes in. */
class BodySink implements ByteSink {
  readonly #pipe: BodyPipe;
  readonly write: (bytes: Uint8Array) => void;
  readonly dispose: () => void;

  constructor(
    pipe: BodyPipe,
    write: (bytes: Uint8Array) => void,
    dispose: () => void,
  ) {
    this.#pipe = pipe;
    this.write = write;
    this.dispose = dispose;
  }

  capacity(): number {
    return this.#pipe.capacity();
  }

  flush(): void {
    this.#pipe.flush();
  }

  isReady(): boolean {
    return this.#pipe.isReady();
  }

  whenReady(): Promise<void> {
    return this.#pipe.whenReady();
  }
}

/** `resource outgoing-request` */
export class OutgoingRequest {
  readonly #message: OutgoingMessage;
  #method: Method = { tag: "get" };
  #pathWithQuery: string | undefined;
  #scheme: Scheme | undefined;
  #authority: string | undefined;

  /** `constructor(headers: headers)` */
  constructor(headers: Fields) {
    this.#message = new OutgoingMessage(headers, "HTTP-request-body-size");
  }

  /** `body: func() -> result<outgoing-body>` */
  body(): OutgoingBody {
    return this.#message.takeBody();
  }

  /** The body that the guest writes, if it asked for one. For the host. */
  static body(request: OutgoingRequest): OutgoingBody | undefined {
    return request.#message.body;
  }

  /**
   * How long the body is to be, if the guest has said so. For the host.
   *
   * @throws {RangeError} It said something that is no length.
   */
  static contentLength(request: OutgoingRequest): number | undefined {
    return lengthOf(request.#message);
  }

  /** `method: func() -> method` */
  method(): Method {
    return this.#method;
  }

  /** `set-method: func(method: method) -> result` */
  setMethod(method: Method): void {
    if (!isMethod(method)) throw new WitError(undefined);
    this.#method = method;
  }

  /** `path-with-query: func() -> option<string>` */
  pathWithQuery(): string | undefined {
    return this.#pathWithQuery;
  }

  /** `set-path-with-query: func(path-with-query: option<string>) -> result` */
  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !isPathWithQuery(path)) {
      throw new WitError(undefined);
    }
    this.#pathWithQuery = path;
  }

  /** `scheme: func() -> option<scheme>` */
  scheme(): Scheme | undefined {
    return this.#scheme;
  }

  /** `set-scheme: func(scheme: option<scheme>) -> result` */
  setScheme(scheme: Scheme | undefined): void {
    if (scheme !== undefined && !isScheme(scheme)) {
      throw new WitError(undefined);
    }
    this.#scheme = scheme;
  }

  /** `authority: func() -> option<string>` */
  authority(): string | undefined {
    return this.#authority;
  }

  /** `set-authority: func(authority: option<string>) -> result` */
  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) {
      throw new WitError(undefined);
    }
    this.#authority = authority;
  }

  /** `headers: func() -> headers` */
  headers(): Fields {
    return Fields.received(this.#message.fields.entries());
  }
}

/** `resource request-options`; durations in nanoseconds. */
export class RequestOptions {
  #connectTimeout: bigint | undefined;
  #firstByteTimeout: bigint | undefined;
  #betweenBytesTimeout: bigint | undefined;

  /** `connect-timeout: func() -> option<duration>` */
  connectTimeout(): bigint | undefined {
    return this.#connectTimeout;
  }

  /** `set-connect-timeout: func(duration: option<duration>) -> result` */
  setConnectTimeout(duration: bigint | undefined): void {
    this.#connectTimeout = duration;
  }

  /** `first-byte-timeout: func() -> option<duration>` */
  firstByteTimeout(): bigint | undefined {
    return this.#firstByteTimeout;
  }

  /** `set-first-byte-timeout: func(duration: option<duration>) -> result` */
  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByteTimeout = duration;
  }

  /** `between-bytes-timeout: func() -> option<duration>` */
  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytesTimeout;
  }

  /** `set-between-bytes-timeout: func(duration: option<duration>) -> result` */
  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytesTimeout = duration;
  }
}

function lengthOf({ length }: OutgoingMessage): number | undefined {
  if (typeof length !== "object") return length;
  throw new RangeError(
    `The guest set content-length to "${length.invalid}", which is no length`,
  );
}

/** What the lines say; they may repeat one length, not name two. */
function contentLength(
  fields: Fields,
): number | undefined | { readonly invalid: string } {
  const values = fields.get("content-length");
  if (values.length === 0) return undefined;
  const texts = new Set(values.map(textFrom));
  const all = [...texts].join(", ");
  return /^\d{1,15}$/.test(all) ? Number(all) : { invalid: all };
}
