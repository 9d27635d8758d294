/**
 * What a client can send that no client should: requests with any part of them wrong, several
 * at once, in pieces and broken off. Drawn by fast-check.
 *
 * @module
 */

import fc from "fast-check";
import { latin1 } from "./http_client.ts";

/** All that one connection sends. */
export interface HttpAttack {
  /** One write each. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  /** Whether it reads its answers, or goes away at once. */
  readonly leaves: boolean;
  /** It asks only for a head. */
  readonly isHead: boolean;
}

interface Drawn {
  readonly text: string;
  readonly isHead: boolean;
}

/** Connections with one to four requests. */
export function httpAttacks(): fc.Arbitrary<HttpAttack> {
  return fc.record({
    requests: fc.array(requests(), { minLength: 1, maxLength: 4 }),
    cut: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    splits: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      maxLength: 4,
    }),
    leaves: fc.nat(9).map((one) => one === 0),
  }).map(({ requests, cut, splits, leaves }) => {
    // An answer without a body is told from one with a body only by what it answers.
    const only = requests.find(({ isHead }) => isHead);
    const whole = only?.text ?? requests.map(({ text }) => text).join("");
    const bytes = latin1(whole);
    const kept = bytes.subarray(0, Math.round(cut * bytes.length));
    return {
      pieces: split(kept, splits),
      leaves,
      isHead: only !== undefined,
    };
  });
}

function split(
  bytes: Uint8Array<ArrayBuffer>,
  at: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  const ends = [...at.map((one) => Math.round(one * bytes.length))]
    .sort((one, other) => one - other);
  return [...ends, bytes.length].map((end, index) =>
    bytes.slice(index === 0 ? 0 : ends[index - 1], end)
  ).filter(({ length }) => length > 0);
}

function requests(): fc.Arbitrary<Drawn> {
  return fc.record({
    method: mostly(["GET", "POST", "PUT", "HEAD", "OPTIONS"], [
      "get",
      "G ET",
      "",
      "\0",
      "CONNECT",
      "TRACE",
      "M".repeat(5000),
      "PRI",
    ]),
    target: targets(),
    version: mostly(["HTTP/1.1"], [
      "HTTP/1.0",
      "HTTP/0.9",
      "HTTP/2.0",
      "HTTP/1.1 x",
      "",
      "http/1.1",
    ]),
    host: mostly(["Host: a.test"], [
      "",
      "Host:",
      "Host: a b",
      "Host: [::1",
      "Host: a:99999999",
      "Host: \xff",
      "Host: a/b?c#d",
      "Host: user@a",
      "Host: a\r\nHost: b",
      "host : a",
      "Host: %zz",
      "Host: \u0001",
    ]),
    headers: fc.array(headers(), { maxLength: 6, size: "max" }),
    many: fc.nat(40).map((one) => one === 0 ? 300 : 1),
    body: bodies(),
    end: mostly(["\r\n"], ["\n", "\r", "\r\r\n"]),
  }).map((parts) => {
    const { method, target, version, host, body, end } = parts;
    const lines = Array(parts.many).fill(parts.headers).flat() as string[];
    const head = [
      `${method} ${target} ${version}`,
      host,
      ...lines,
      ...body.lines,
    ]
      .filter((line, index) => index === 0 || line !== "");
    return {
      text: head.join(end) + end + end + body.text,
      isHead: method === "HEAD",
    };
  });
}

function targets(): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom("/", "/reflect", "/sink", "/ignore?x"),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "*",
        "",
        "//",
        "http://b.test/c",
        "http://",
        "/%zz%00",
        "a.test:80",
        "/ x",
        "/#a",
        "/\xff",
        "/\\..\\",
        `/${"x".repeat(20_000)}`,
        "/reflect?\u0001",
        "https://[::1",
      ),
    },
    { weight: 1, arbitrary: characters(30) },
  );
}

function headers(): fc.Arbitrary<string> {
  const names = mostly(["x-a", "accept", "cookie"], [
    "",
    "x a",
    "x\0",
    "\xe9",
    "a".repeat(3000),
    ":x",
  ]);
  const values = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom("", "1", "a, b", "v".repeat(9000)),
    },
    { weight: 1, arbitrary: characters(20) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(" ", "\t", "a\r\n b", "a\0b"),
    },
  );
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(names, values)
        .map(([name, value]) => `${name}: ${value}`),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "Connection: close",
        "Connection: upgrade\r\nUpgrade: websocket",
        "Connection: keep-alive, x-a",
        "Expect: 100-continue",
        "Expect: x",
        "Accept: */*",
        "X-Forwarded-For: 1",
        "TE: trailers",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "Accept-Encoding: gzip, br",
        "no colon",
      ),
    },
  );
}

interface Body {
  readonly lines: readonly string[];
  readonly text: string;
}

/** Bodies that are framed well, badly, or in two ways at once. */
function bodies(): fc.Arbitrary<Body> {
  const lengths = fc.constantFrom(
    "0",
    "3",
    "100000",
    "-1",
    "+5",
    "1e3",
    "5, 5",
    "0x5",
    "99999999999999999999999",
    "",
    "5\r\nContent-Length: 6",
  );
  const codings = fc.constantFrom(
    "chunked",
    "gzip",
    "chunked, chunked",
    "gzip, chunked",
    "Chunked",
    "chunked;q=1",
    "\u000bchunked",
    "identity",
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({ lines: [], text: "" }) },
    {
      weight: 3,
      arbitrary: characters(2000).map((text) => ({
        lines: [`Content-Length: ${text.length}`],
        text,
      })),
    },
    {
      weight: 3,
      arbitrary: chunked().map((text) => ({
        lines: ["Transfer-Encoding: chunked"],
        text,
      })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(lengths, characters(50)).map(([length, text]) => ({
        lines: [`Content-Length: ${length}`],
        text,
      })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(codings, fc.option(lengths), chunked())
        .map(([coding, length, text]) => ({
          lines: [
            `Transfer-Encoding: ${coding}`,
            ...(length === null ? [] : [`Content-Length: ${length}`]),
          ],
          text,
        })),
    },
  );
}

function chunked(): fc.Arbitrary<string> {
  const chunk = fc.oneof(
    {
      weight: 8,
      arbitrary: characters(300).map((text) =>
        text === "" ? "" : `${text.length.toString(16)}\r\n${text}\r\n`
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "g\r\nx\r\n",
        "-1\r\nx\r\n",
        "ffffffffffffffffff\r\nx\r\n",
        "7fffffffffffffff\r\nx\r\n",
        '1;a="b\r\nx\r\n',
        "1\nx\n",
        "1\r\nxy\r\n",
        `1;${"e".repeat(20_000)}\r\nx\r\n`,
        "\r\n",
      ),
    },
  );
  const ends = mostly(["0\r\n\r\n"], [
    "",
    "0\r\n",
    "0\r\nx-trailer: 1\r\n\r\n",
    "0\r\nContent-Length: 5\r\n\r\n",
    "00000000\r\n\r\n",
  ]);
  return fc.tuple(fc.array(chunk, { maxLength: 5 }), ends)
    .map(([chunks, end]) => chunks.join("") + end);
}

/** Bytes of any kind, one for each character. */
function characters(maxLength: number): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength, size: "max" })
    .map((bytes) => String.fromCharCode(...bytes));
}

function mostly(
  right: readonly string[],
  wrong: readonly string[],
): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
}
