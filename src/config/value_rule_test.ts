import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ADDRESS, formatAddress, parseAddress } from "./address.ts";
import { DURATION } from "./duration.ts";
import { MEGABYTES, SIZE } from "./size.ts";
import { BUCKET_URL, DENO_KV, NATS_URL, REDIS_URL } from "./store_url.ts";
import {
  COMMAND,
  integer,
  oneOf,
  PATH,
  type Scalar,
  scalarFromText,
  TEXT,
  type ValueRule,
} from "./value_rule.ts";

function accepts(rule: ValueRule, values: Record<string, Scalar>) {
  for (const [given, accepted] of Object.entries(values)) {
    const value = scalarFromText(given, rule);
    deepStrictEqual(rule.read(value, (path) => `/base/${path}`), { accepted });
    matchesJson(rule, value, true);
  }
}

function refuses(rule: ValueRule, values: Record<string, string>) {
  for (const [given, refused] of Object.entries(values)) {
    const value = scalarFromText(given, rule);
    deepStrictEqual(rule.read(value, (path) => path), { refused }, given);
  }
}

/** What is accepted must not be marked as wrong in an editor. */
function matchesJson(rule: ValueRule, value: Scalar, expected: boolean) {
  const pattern = rule.json["pattern"];
  if (typeof pattern === "string" && typeof value === "string") {
    strictEqual(new RegExp(pattern).test(value), expected, value);
  }
}

Deno.test("DURATION reads ms, s, m and h as milliseconds", () => {
  accepts(DURATION, {
    "500ms": 500,
    "30s": 30_000,
    "5m": 300_000,
    "1h": 3_600_000,
    "500h": 1_800_000_000,
  });
});

Deno.test("DURATION refuses what has no unit, no length or too much of it", () => {
  refuses(DURATION, {
    "": "not a number and a unit",
    "s": "not a number and a unit",
    "-1s": "not a number and a unit",
    "1.5s": "not a number and a unit",
    "1m 30s": "not a number and a unit",
    "30": "no unit",
    "30S": 'unknown unit "S"',
    "3days": 'unknown unit "days"',
    "1toString": 'unknown unit "toString"',
    "0s": "not above zero",
    "501h": "more than 500h",
    "99999999999999999999h": "more than 500h",
  });
});

Deno.test("MEGABYTES reads a number as MiB and a size by its unit", () => {
  accepts(MEGABYTES, {
    "256": 256 * 2 ** 20,
    "64KiB": 65_536,
    "16MiB": 16 * 2 ** 20,
    "1GiB": 2 ** 30,
  });
  refuses(MEGABYTES, {
    "0": "not above zero",
    "-1": "not above zero",
    "16MB": 'unknown unit "MB"',
    "MiB": "not a number and a unit",
    "0KiB": "not above zero",
    "99999999999GiB": "too large",
  });
  deepStrictEqual(MEGABYTES.read(1.5, (path) => path), {
    refused: "not whole",
  });
});

Deno.test("SIZE reads a number of bytes by its unit, and no bare number", () => {
  accepts(SIZE, { "256B": 256, "64KiB": 65_536, "1GiB": 2 ** 30 });
  refuses(SIZE, {
    "64": "no unit",
    "0B": "not above zero",
    "1KB": 'unknown unit "KB"',
    "1.5KiB": "not a number and a unit",
  });
});

Deno.test("ADDRESS takes IPv4, IPv6 in brackets and names with a port", () => {
  accepts(ADDRESS, {
    "127.0.0.1:8000": "127.0.0.1:8000",
    "0.0.0.0:0": "0.0.0.0:0",
    "[::1]:8000": "[::1]:8000",
    "[::ffff:1.2.3.4]:65535": "[::ffff:1.2.3.4]:65535",
    "localhost:8000": "localhost:8000",
    "my-host.local:80": "my-host.local:80",
  });
});

Deno.test("ADDRESS refuses what no socket can listen at", () => {
  refuses(ADDRESS, {
    "": "no port",
    "localhost": "no port",
    "8000": "no port",
    "[::1]": "no port",
    ":8000": "no host",
    "localhost:": "no port number",
    "localhost:http": "no port number",
    "localhost:65536": "port above 65535",
    "localhost:123456": "no port number",
    "::1:8000": "an IPv6 address without []",
    "[::zz]:8000": "not an IPv6 address in the brackets",
    "256.0.0.1:8000": "not an IPv4 address",
    "127.1:8000": "not an IPv4 address",
    "http://localhost:8000": "a URL",
    "a b:8000": "not a host name",
    "-a:8000": "not a host name",
  });
});

Deno.test("formatAddress() writes what parseAddress() reads", () => {
  for (const text of ["[::1]:80", "localhost:0", "1.2.3.4:5"]) {
    const address = parseAddress(text);
    strictEqual("refused" in address ? "" : formatAddress(address), text);
  }
  deepStrictEqual(parseAddress("[::1]:80"), { hostname: "::1", port: 80 });
});

Deno.test("REDIS_URL and NATS_URL take the schemes that wash takes", () => {
  accepts(REDIS_URL, {
    "redis://127.0.0.1:6379": "redis://127.0.0.1:6379",
    "rediss://user:p%40ss@cache.example/1":
      "rediss://user:p%40ss@cache.example/1",
  });
  accepts(NATS_URL, {
    "nats://127.0.0.1:4222": "nats://127.0.0.1:4222",
    "tls://token@nats.example": "tls://token@nats.example",
  });
  accepts(BUCKET_URL, { "https://kv.example": "https://kv.example" });
});

Deno.test("REDIS_URL and NATS_URL refuse other schemes and what is no URL", () => {
  refuses(REDIS_URL, {
    "": "no scheme",
    "localhost:6379": "no scheme",
    "http://localhost": 'scheme "http"',
    "redis://": "no host",
    "redis:///0": "no host",
    "redis://host:port": "not a URL",
  });
  const webSocket = "NATS over WebSocket is not supported, its TCP port is";
  refuses(NATS_URL, {
    "ws://localhost": webSocket,
    "WSS://localhost": webSocket,
    "redis://localhost": 'scheme "redis"',
    "constructor://localhost": 'scheme "constructor"',
  });
});

Deno.test("DENO_KV takes a path, memory or a server", () => {
  accepts(DENO_KV, {
    "data/kv.sqlite": "/base/data/kv.sqlite",
    ":memory:": ":memory:",
    "https://api.deno.com/databases/x/connect":
      "https://api.deno.com/databases/x/connect",
  });
  refuses(DENO_KV, {
    "": "an empty path",
    "redis://localhost": 'scheme "redis"',
    "http://": "not a URL",
  });
});

Deno.test("integer() holds its bounds", () => {
  const rule = integer(1, 9);
  accepts(rule, { "1": 1, "9": 9 });
  refuses(rule, { "0": "too small", "10": "too large", "x": "", "1.5": "" });
  deepStrictEqual(rule.read(1.5, (path) => path), { refused: "not whole" });
  deepStrictEqual(rule.read(NaN, (path) => path), { refused: "not whole" });
  refuses(integer(1), { "9007199254740993": "too large" });
});

Deno.test("COMMAND and PATH refuse what is empty", () => {
  accepts(COMMAND, { "make": "make" });
  refuses(COMMAND, { "": "an empty command", " ": "an empty command" });
  accepts(PATH, { "a": "/base/a" });
  refuses(PATH, { "": "an empty path", "a\0b": "a NUL character" });
});

Deno.test("oneOf() takes its words alone", () => {
  const rule = oneOf(["a", "b"]);
  accepts(rule, { "a": "a" });
  refuses(rule, { "A": "", "": "" });
  strictEqual(rule.allowed, "a, b");
});

Deno.test("scalarFromText() makes numbers and booleans only where the rule takes them", () => {
  strictEqual(scalarFromText("12", TEXT), "12");
  strictEqual(scalarFromText(" 12 ", integer(0)), 12);
  strictEqual(scalarFromText("12", MEGABYTES), 12);
  strictEqual(scalarFromText("true", TEXT), "true");
});
