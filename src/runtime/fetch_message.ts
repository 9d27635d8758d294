/**
 * Messages of the Fetch API, as `Deno.serve` has them, and those of Wharf.
 *
 * @module
 */

import {
  type HeaderLine,
  type HttpRequest,
  type HttpResponse,
  lineList,
} from "./http_message.ts";

/** Makes an {@linkcode HttpRequest} of a `Request`. */
export type RequestReader = (request: Request) => HttpRequest;

/**
 * Finds out how this runtime keeps header lines.
 *
 * `Headers` sorts lines by name and joins repeats by commas, which cannot be undone: a comma
 * is also a part of many values. Deno keeps the lines as they came behind a symbol of the
 * `Request`; where that is not found, `Headers` has to do.
 */
export function requestReader(): RequestReader {
  const inner = Object.getOwnPropertySymbols(new Request("http://localhost/"))
    .find((symbol) => symbol.description === "request");
  return (request) => new FetchRequest(request, inner);
}

class FetchRequest implements HttpRequest {
  readonly #request: Request;
  readonly #inner: symbol | undefined;

  constructor(request: Request, inner: symbol | undefined) {
    this.#request = request;
    this.#inner = inner;
  }

  get method(): string {
    return this.#request.method;
  }

  get url(): string {
    return this.#request.url;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#request.body;
  }

  get headers(): Iterable<HeaderLine> {
    const lines = this.#inner === undefined
      ? undefined
      : keptLines(this.#request, this.#inner);
    return lines ?? this.#request.headers;
  }
}

function keptLines(
  request: Request,
  inner: symbol,
): readonly HeaderLine[] | undefined {
  const kept: unknown = Reflect.get(request, inner);
  if (typeof kept !== "object" || kept === null) return undefined;
  const lines: unknown = Reflect.get(kept, "headerList");
  // One line shows how they are kept; each request pays for a look at all.
  return Array.isArray(lines) && (lines.length === 0 || isHeaderLine(lines[0]))
    ? lines
    : undefined;
}

function isHeaderLine(line: unknown): line is HeaderLine {
  return Array.isArray(line) && typeof line[0] === "string" &&
    typeof line[1] === "string";
}

/** The `Response` that sends a response; its trailers are left out, for Deno has no way to send them. */
export function fetchResponse(
  { status, headers, body }: HttpResponse,
): Response {
  // A list, not `Headers`, which would sort the lines and join repeats.
  const lines = lineList(headers) as [string, string][];
  return new Response(body, { status, headers: lines });
}
