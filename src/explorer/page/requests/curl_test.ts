import assert from "node:assert/strict";
import type { RequestDetail } from "../../api.ts";
import { type SentRequest, toCurl } from "./curl.ts";

/** What a client sent, and what the copied command sends. */
async function sendBoth(raw: Uint8Array<ArrayBuffer>, sent: SentRequest) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const command = toCurl({
    ...sent,
    headers: sent.headers.map(([name, value]) => [name, withPort(value, port)]),
  }, `http://127.0.0.1:${port}/`);
  const arrived = receive(listener);
  const home = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      // No .curlrc of whoever runs the test, and a locale that knows ASCII alone.
      env: { HOME: home, LC_ALL: "C", NO_PROXY: "*" },
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.ok(success, `${command}\n${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(home);
  }
  return {
    command,
    expected: normalize(withPort(latin1(raw), port)),
    actual: normalize(await arrived),
  };
}

/** The listener's port is known only when it listens. */
function withPort(text: string, port: number): string {
  return text.replace("%port%", `${port}`);
}

/** Reads one request of known length, answers it, and gives its bytes, one character each. */
async function receive(listener: Deno.Listener): Promise<string> {
  using connection = await listener.accept();
  const buffer = new Uint8Array(16_384);
  let got = "";
  let answered = false;
  while (true) {
    const count = await connection.read(buffer);
    assert.notEqual(count, null, `curl hung up after ${JSON.stringify(got)}`);
    got += latin1(buffer.subarray(0, count ?? 0));
    const head = got.indexOf("\r\n\r\n");
    if (head < 0) continue;
    const length = /^content-length: *(\d+)$/im.exec(got.slice(0, head))?.[1];
    const chunked = /^transfer-encoding: *chunked$/im.test(got.slice(0, head));
    if (/^expect:/im.test(got.slice(0, head)) && !answered) {
      answered = true;
      await write(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    const whole = chunked
      ? got.endsWith("0\r\n\r\n")
      : got.length >= head + 4 + Number(length ?? 0);
    if (!whole) continue;
    await write(
      connection,
      "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    return got;
  }
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}

/** The place of Host and Content-Length is curl's; what they say, and the order of all else, not. */
function normalize(raw: string): string {
  const end = raw.indexOf("\r\n\r\n");
  const [first, ...lines] = raw.slice(0, end).split("\r\n");
  const placed = /^(host|content-length):/i;
  const theirs = lines.filter((line) => placed.test(line))
    .map((line) => line.toLowerCase()).sort();
  const others = lines.filter((line) => !placed.test(line))
    // An empty value has a space before it or not.
    .map((line) => line.replace(/: $/, ":"));
  const body = /^transfer-encoding:/im.test(raw.slice(0, end))
    ? raw.slice(end + 4).replace(/^[0-9a-f]+\r\n|\r\n(?=0\r\n\r\n$)/gi, "")
    : raw.slice(end + 4);
  return [first, ...theirs, ...others, "", body].join("\r\n");
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A request as bytes, and as the API tells of it. */
function madeOf(
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array = new Uint8Array(),
): [Uint8Array<ArrayBuffer>, SentRequest] {
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    "",
    "",
  ].join("\r\n");
  const chunked = headers.some(([name]) => name === "Transfer-Encoding");
  const framed = chunked
    ? `${body.length.toString(16)}\r\n${latin1(body)}\r\n0\r\n\r\n`
    : latin1(body);
  const raw = Uint8Array.from(head + framed, (c) => c.charCodeAt(0));
  const { body: captured }: Pick<RequestDetail, "body"> = {
    body: { size: body.length, bytes: btoa(latin1(body)), whole: true },
  };
  const host = headers.find(([name]) => name === "Host")?.[1];
  assert.ok(host !== undefined);
  // Doors give targets as text, not as bytes.
  const target = new TextDecoder().decode(
    Uint8Array.from(path, (c) => c.charCodeAt(0)),
  );
  return [raw, {
    method,
    url: `http://${withPort(host, 1)}${target}`,
    path: target,
    headers,
    body: captured,
  }];
}

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);
const LARGE = Uint8Array.from({ length: 65_536 }, (_, index) => index * 31);
const utf8 = (text: string) => new TextEncoder().encode(text);
const HOST = ["Host", "127.0.0.1:%port%"] as const;
const length = (body: Uint8Array) =>
  ["Content-Length", `${body.length}`] as const;
/** All that a value can be: each byte but controls, and a tab. */
const ANY_VALUE = `a\t${latin1(BYTES.subarray(32, 127))}${
  latin1(BYTES.subarray(128))
}z`;

const CASES: Readonly<
  Record<string, ReturnType<typeof madeOf>>
> = {
  "a plain request": madeOf("GET", "/", [HOST]),
  "a client's own lines": madeOf("GET", "/?q=a%20b&r='$(id)'", [
    HOST,
    ["User-Agent", "it's `me`"],
    ["Accept", "*/*"],
    ["accept-encoding", "gzip, br"],
    ["Cookie", "a=1; b=$HOME"],
    ["cookie", "c=!!"],
    ["X-Empty", ""],
  ]),
  "every byte of a value": madeOf("GET", "/", [
    HOST,
    ["X-Any", ANY_VALUE],
    ["X-Latin", "caf\xe9"],
    ["X-Utf8", latin1(utf8("café ✓"))],
    ["X-Rtl", latin1(utf8("a\u202eb"))],
    ["X-Percent", "100%s\\n\x80"],
  ]),
  "another host": madeOf("GET", "/", [["Host", "shop.example:8080"]]),
  "a path with dots and brackets": madeOf("GET", "/a/../[1]{2,3}/./..?x={}", [
    HOST,
  ]),
  "a path that no browser would send": madeOf(
    "GET",
    latin1(utf8(`/caf\u00e9//%zz"|^\`\\<>'$HOME?a"|^\`\\<>'!!`)),
    [HOST],
  ),
  "HEAD": madeOf("HEAD", "/x", [HOST]),
  "a strange method": madeOf("it's-!", "/", [HOST]),
  "text": madeOf(
    "POST",
    "/",
    [HOST, ["Content-Type", "application/json"], [
      "Content-Length",
      `${utf8(`{"it's": "ü $(id)"}\n`).length}`,
    ]],
    utf8(`{"it's": "ü $(id)"}\n`),
  ),
  "a body like a file name": madeOf(
    "PUT",
    "/",
    [HOST, length(utf8("@/etc/passwd"))],
    utf8("@/etc/passwd"),
  ),
  "every byte": madeOf("POST", "/", [HOST, length(BYTES)], BYTES),
  "as much as is kept": madeOf("POST", "/", [HOST, length(LARGE)], LARGE),
  "newlines at the end": madeOf(
    "POST",
    "/",
    [HOST, length(utf8("a\r\n\n\n"))],
    utf8("a\r\n\n\n"),
  ),
  "no bytes": madeOf("POST", "/", [HOST, ["Content-Length", "0"]]),
  "no body": madeOf("DELETE", "/", [HOST]),
  "a body in chunks": madeOf(
    "POST",
    "/",
    [HOST, ["Transfer-Encoding", "chunked"]],
    utf8("abc"),
  ),
  "a client that asks first": madeOf(
    "POST",
    "/",
    [HOST, ["Expect", "100-continue"], length(utf8("abc"))],
    utf8("abc"),
  ),
};

/** Why commands cannot be run, if they cannot; where `CI` is set they fail instead. */
function curlMissing(): string | undefined {
  if (Deno.env.has("CI")) return undefined;
  for (const program of ["sh", "curl", "base64"]) {
    try {
      new Deno.Command(program, {
        args: program === "sh" ? ["-c", ":"] : ["--version"],
        stdout: "null",
        stderr: "null",
      }).outputSync();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return `${program} is not installed`;
    }
  }
  return undefined;
}

const missing = curlMissing();
for (const [name, [raw, sent]] of Object.entries(CASES)) {
  Deno.test({
    name: `toCurl() writes what sends the same bytes: ${name}` +
      (missing === undefined ? "" : ` (ignored: ${missing})`),
    ignore: missing !== undefined,
    async fn() {
      const { command, expected, actual } = await sendBoth(raw, sent);
      assert.equal(actual, expected, command);
    },
  });
}

Deno.test("toCurl() writes no character that acts on a terminal", () => {
  for (const [, sent] of Object.values(CASES)) {
    const command = toCurl(sent, "http://localhost:8000/");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(command, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
});

Deno.test("toCurl() leaves out lines that are no header", () => {
  const [, sent] = madeOf("GET", "/", [HOST, ["@/etc/passwd", "x"]]);
  assert.doesNotMatch(toCurl(sent, "http://localhost:8000/"), /passwd/);
});
