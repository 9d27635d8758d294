import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import { bodyOf, sendBody } from "./node_body.ts";
import { groupedLines, hasLine, linesOf, trailerLines } from "./lines.ts";

const { NGHTTP2_FLAG_END_STREAM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } =
  constants;

/** What `node:http2` tells of a request. */
export interface Http2Head {
  readonly raw: readonly string[];
  readonly flags: number;
  readonly scheme: "http" | "https";
}

/** The request of a stream of `node:http2`. */
export function http2Request(
  stream: ServerHttp2Stream,
  { raw, flags, scheme }: Http2Head,
): HttpRequest {
  const headers = linesOf(raw);
  const pseudo = (name: string) => {
    const at = raw.indexOf(name);
    return at < 0 ? undefined : raw[at + 1];
  };
  const host = pseudo(":authority") ??
    headers.find(([name]) => name === "host")?.[1] ?? "";
  const hasBody = (flags & NGHTTP2_FLAG_END_STREAM) === 0;
  return {
    method: pseudo(":method") ?? "GET",
    url: `${scheme}://${host}${pseudo(":path") ?? "/"}`,
    headers,
    takesTrailers: true,
    inform(status, lines) {
      if (stream.headersSent || stream.destroyed) return;
      stream.additionalHeaders({ ":status": status, ...groupedLines(lines) });
    },
    ...(hasBody
      ? { body: bodyOf(stream), trailers: trailersOf(stream) }
      : { body: null }),
  };
}

function trailersOf(
  stream: ServerHttp2Stream,
): Promise<readonly HeaderLine[]> {
  return new Promise((resolve) => {
    stream.once("trailers", (trailers: IncomingHttpHeaders) => {
      resolve(
        Object.entries(trailers).flatMap(([name, values]) =>
          [values ?? []].flat().map((value): HeaderLine => [name, value])
        ),
      );
    });
    stream.once("close", () => resolve([]));
    // Trailers are told of before the end.
    stream.once("end", () => resolve([]));
  });
}

/** Sends a response. Rejects when its body breaks off; the stream is reset then. */
export async function sendHttp2(
  stream: ServerHttp2Stream,
  { status, headers, body, trailers }: HttpResponse,
  { isHead }: { readonly isHead: boolean },
): Promise<void> {
  const lines = [...headers];
  const isWhole = !(body instanceof ReadableStream);
  if (
    isWhole && body !== null && !isHead && trailers === undefined &&
    !hasLine(lines, "content-length")
  ) {
    lines.push(["content-length", `${body.length}`]);
  }
  const hasTrailers = trailers !== undefined && !isHead;
  const endStream = isHead || (body === null && !hasTrailers);
  try {
    if (stream.destroyed) {
      if (!isWhole) body.cancel().catch(() => {});
      return;
    }
    stream.respond(
      { ":status": status, ...groupedLines(lines) },
      { endStream, waitForTrailers: hasTrailers },
    );
    if (hasTrailers) {
      stream.once("wantTrailers", () => {
        trailers.then((behind) => sendTrailers(stream, behind));
      });
    }
    if (!isWhole) {
      if (isHead) body.cancel().catch(() => {});
      else if (await sendBody(stream, body)) stream.end();
    } else if (!endStream) stream.end(body ?? undefined);
    // A reset would overtake the trailers: what still comes is dropped instead.
    if (hasTrailers) stream.resume();
    else stopReading(stream);
  } catch (error) {
    if (!stream.destroyed) stream.close(NGHTTP2_INTERNAL_ERROR);
    throw error;
  }
}

function sendTrailers(
  stream: ServerHttp2Stream,
  lines: readonly HeaderLine[],
): void {
  if (stream.destroyed) return;
  stream.sendTrailers(groupedLines(trailerLines(lines)));
}

/** RFC 9113, 8.1: a client that still sends is told that nothing more of it is needed. */
function stopReading(stream: ServerHttp2Stream): void {
  if (stream.readableEnded || stream.destroyed) return;
  const stop = () => {
    if (!stream.readableEnded && !stream.destroyed) {
      stream.close(NGHTTP2_NO_ERROR);
    }
  };
  if (stream.writableFinished) stop();
  else stream.once("finish", stop);
}
