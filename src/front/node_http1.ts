import {
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
} from "../runtime/http_message.ts";
import { bodyOf, sendBody } from "./node_body.ts";
import { flatLines, hasLine, linesOf, listHas, trailerLines } from "./lines.ts";

/** What a request of HTTP/1 comes with. */
export interface Http1Context {
  readonly scheme: "http" | "https";
  /** Whether the client waits to be told that it may send its body. */
  readonly expects: boolean;
}

/** The request of a message of `node:http`. */
export function http1Request(
  message: IncomingMessage,
  response: ServerResponse,
  { scheme, expects }: Http1Context,
): HttpRequest {
  const headers = linesOf(message.rawHeaders);
  const chunked = hasLine(headers, "transfer-encoding");
  const takesTrailers = message.httpVersionMinor > 0 &&
    listHas(headers, "te", "trailers");
  const hasBody = chunked ||
    headers.some(([name, value]) =>
      name.toLowerCase() === "content-length" && Number(value) > 0
    );
  return {
    method: message.method ?? "GET",
    url: absoluteUrl(message, scheme),
    headers,
    body: hasBody
      ? bodyOf(message, () => {
        if (expects && !response.headersSent) response.writeContinue();
      })
      : null,
    ...(chunked ? { trailers: trailersOf(message) } : {}),
    ...(takesTrailers ? { takesTrailers } : {}),
    // RFC 9110, 15.2: a client of HTTP/1.0 knows no such response.
    ...(message.httpVersionMinor > 0
      ? { inform: (status, lines) => inform(response, status, lines) }
      : {}),
  };
}

/** `node:http` writes 100, 102 and 103 alone, the last one with links only. */
function inform(
  response: ServerResponse,
  status: number,
  lines: readonly HeaderLine[],
): void {
  if (response.headersSent || response.destroyed) return;
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  response.socket?.write(
    `HTTP/1.1 ${status} ${
      STATUS_CODES[status] ?? "Informational"
    }\r\n${head}\r\n`,
    "latin1",
  );
}

function absoluteUrl(
  { url: target = "/", headers, socket }: IncomingMessage,
  scheme: string,
): string {
  // RFC 9112, 3.2.2: an absolute target counts for more than Host.
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(target)) return target;
  const host = headers.host ??
    `${
      socket.localAddress?.includes(":")
        ? `[${socket.localAddress}]`
        : socket.localAddress
    }:${socket.localPort}`;
  return `${scheme}://${host}${target}`;
}

function trailersOf(
  message: IncomingMessage,
): Promise<readonly HeaderLine[]> {
  return new Promise((resolve) => {
    message.once("end", () => resolve(linesOf(message.rawTrailers)));
    message.once("close", () => resolve([]));
  });
}

/**
 * The span that Deno records of the request, where it does. It does not make it the active one
 * as `Deno.serve` does, but keeps it behind a symbol; `undefined` where that is gone.
 */
export function denoSpan(response: ServerResponse): unknown {
  const key = Object.getOwnPropertySymbols(response)
    .find(({ description }) => description === "kOtelSpan");
  return key === undefined ? undefined : Reflect.get(response, key);
}

/** How a response is sent. */
export interface SendOptions {
  /** Whether the connection ends with it. */
  readonly closes: boolean;
  readonly isHead: boolean;
  readonly takesTrailers: boolean;
}

/**
 * Sends a response. Rejects when its body breaks off; the connection is cut then, for the
 * client must not take what it has for the whole.
 */
export async function sendHttp1(
  target: ServerResponse,
  { status, headers, body, trailers }: HttpResponse,
  { closes, isHead, takesTrailers }: SendOptions,
): Promise<void> {
  const lines = [...headers];
  if (closes && !hasLine(lines, "connection")) {
    lines.push(["connection", "close"]);
  }
  const isWhole = !(body instanceof ReadableStream);
  // Only chunks have a place for trailers behind them.
  const trailing = takesTrailers && trailers !== undefined &&
    !hasLine(lines, "content-length");
  if (
    isWhole && !trailing && status !== 204 && status !== 304 &&
    !hasLine(lines, "content-length") && !(isHead && body === null)
  ) {
    lines.push(["content-length", `${body?.length ?? 0}`]);
  }
  try {
    target.writeHead(status, flatLines(lines));
    if (isHead) {
      if (!isWhole) body.cancel().catch(() => {});
      target.end();
      return;
    }
    if (isWhole) {
      if (body !== null && body.length > 0 && trailing) target.write(body);
      else if (!trailing) {
        target.end(body ?? undefined);
        return;
      }
    } else {
      // The guest may take its time; its client is to know that it has answered.
      target.flushHeaders();
      if (!await sendBody(target, body)) return;
    }
    if (trailing) {
      const behind = trailerLines(await trailers);
      if (behind.length > 0) {
        target.addTrailers(behind as unknown as Array<[string, string]>);
      }
    }
    target.end();
  } catch (error) {
    target.destroy();
    throw error;
  }
}
