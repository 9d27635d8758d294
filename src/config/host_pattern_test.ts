import assert from "node:assert/strict";
import {
  HOST_PATTERN,
  LOOPBACK_PORT,
  NAME_PATTERN,
  parseHostPattern,
  parseLoopbackPort,
  parseNamePattern,
} from "./host_pattern.ts";
import type { ValueRule } from "./value_rule.ts";

Deno.test("parseHostPattern() reads every form", () => {
  for (
    const [text, pattern] of [
      ["*", { host: "*" }],
      ["*:8080", { host: "*", port: 8080 }],
      ["https://*", { scheme: "https", host: "*" }],
      ["Example.com", { host: "example.com" }],
      ["example.com.:80", { host: "example.com", port: 80 }],
      ["HTTP://example.com", { scheme: "http", host: "example.com" }],
      ["*.example.com", { host: "example.com", below: true }],
      ["https://*.example.com:8443", {
        scheme: "https",
        host: "example.com",
        below: true,
        port: 8443,
      }],
      ["10.0.0.1:5432", { host: "10.0.0.1", port: 5432 }],
      ["0x0a.1", { host: "10.0.0.1" }],
      ["::1", { host: "::1" }],
      ["[0:0::1]:80", { host: "::1", port: 80 }],
      ["bücher.example", { host: "xn--bcher-kva.example" }],
    ] as const
  ) {
    assert.deepEqual(parseHostPattern(text), pattern, text);
  }
});

Deno.test("bad patterns are refused with a reason", () => {
  const rows: readonly (readonly [ValueRule, string, RegExp])[] = [
    [HOST_PATTERN, "", /no host/],
    [HOST_PATTERN, "*foo", /"\*"/],
    [HOST_PATTERN, "a.*.com", /"\*"/],
    [HOST_PATTERN, "*.*", /"\*"/],
    [HOST_PATTERN, "*.", /no host/],
    [HOST_PATTERN, "*.10.0.0.1", /address/],
    [HOST_PATTERN, "https://example.com/", /path/],
    [HOST_PATTERN, "example.com/api", /path/],
    [HOST_PATTERN, "example.com?x", /path/],
    [HOST_PATTERN, "ftp://example.com", /unknown scheme "ftp"/],
    [HOST_PATTERN, "user@example.com", /user/],
    [HOST_PATTERN, "example.com:", /port/],
    [HOST_PATTERN, "example.com:0", /port/],
    [HOST_PATTERN, "example.com:65536", /port/],
    [HOST_PATTERN, "example.com:http", /port/],
    [HOST_PATTERN, "exa mple.com", /not a host/],
    [HOST_PATTERN, "1.2.3.4.5", /not a host/],
    [HOST_PATTERN, "[::1", /not a host|port/],
    [NAME_PATTERN, "example.com:80", /not a host/],
    [NAME_PATTERN, "https://example.com", /not a host/],
    [NAME_PATTERN, "*foo", /"\*"/],
    [LOOPBACK_PORT, "0", /port/],
    [LOOPBACK_PORT, "65536", /port/],
    [LOOPBACK_PORT, "http", /port/],
    [LOOPBACK_PORT, "53/sctp", /protocol/],
  ];
  for (const [rule, text, reason] of rows) {
    const read = rule.read(text, (path) => path);
    assert.ok("refused" in read, text);
    assert.match(read.refused, reason, text);
  }
});

Deno.test("parseNamePattern() and parseLoopbackPort() read every form", () => {
  assert.deepEqual(parseNamePattern("*"), { host: "*" });
  assert.deepEqual(parseNamePattern("*.A.example"), {
    host: "a.example",
    below: true,
  });
  assert.deepEqual(parseNamePattern("::1"), { host: "::1" });
  assert.deepEqual(parseLoopbackPort("5432"), { port: 5432, protocol: "tcp" });
  assert.deepEqual(parseLoopbackPort("53/udp"), { port: 53, protocol: "udp" });
});
