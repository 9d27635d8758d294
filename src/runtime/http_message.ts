/**
 * The port between front doors, which speak a protocol with clients, and lanes, where guests
 * answer. Plain enough to cross into another thread.
 *
 * @module
 */

/** A header line. The value has one character for each byte, `U+0000` to `U+00FF`. */
export type HeaderLine = readonly [name: string, value: string];

/** Lines as a list: most are one, which need not be copied. */
export function lineList(lines: Iterable<HeaderLine>): readonly HeaderLine[] {
  return Array.isArray(lines) ? lines : [...lines];
}

/** A request as a front door hands it over. Nothing need be read before it is asked for. */
export interface HttpRequest {
  /** As the client spelled it. */
  readonly method: string;
  /** Absolute; the host is what the client said. */
  readonly url: string;
  /** The lines as they came, in order, repeats included. */
  readonly headers: Iterable<HeaderLine>;
  /** The body; `null` where there is none. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** The lines behind the body, when it has ended; absent where the front door is given none. */
  readonly trailers?: Promise<readonly HeaderLine[]>;
  /**
   * Sends an informational response, 102 to 199, before the response; absent where the
   * connection has none. RFC 9110, 15.2.
   */
  readonly inform?: (status: number, headers: readonly HeaderLine[]) => void;
  /** Lines behind a response's body reach this client. */
  readonly takesTrailers?: true;
  /** The W3C trace that the client says this request belongs to, for the log. */
  readonly trace?: string;
  /** What marks it in the log, where its front has given it that. */
  readonly id?: string;
}

/** The body of a response: whole, or as it comes. */
export type HttpBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** A response, or one that comes later: what is there at once is not waited for. */
export type HttpAnswer = HttpResponse | Promise<HttpResponse>;

/** Goes on with a response when it is there, in the same turn where it is there already. */
export function whenAnswered<Result>(
  answer: HttpAnswer,
  take: (response: HttpResponse) => Result | Promise<Result>,
): Result | Promise<Result> {
  return answer instanceof Promise ? answer.then(take) : take(answer);
}

/** A response as a front door sends it. */
export interface HttpResponse {
  /** 200 to 599. */
  readonly status: number;
  /** The lines in the order they are to be sent, repeats included. */
  readonly headers: Iterable<HeaderLine>;
  /** The body; `null` where there is none. */
  readonly body: HttpBody | null;
  /** The lines behind the body, when it has ended. */
  readonly trailers?: Promise<readonly HeaderLine[]>;
}
