import assert from "node:assert/strict";
import {
  isAuthority,
  isMethod,
  isPathWithQuery,
  isScheme,
  methodFrom,
  splitUrl,
} from "./message.ts";

Deno.test("methodFrom() knows the standard methods, and only in capitals", () => {
  const standard = [
    ..."GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "),
  ];
  for (const name of standard) {
    assert.deepEqual(methodFrom(name), { tag: name.toLowerCase() });
    const lower = name.toLowerCase();
    assert.deepEqual(methodFrom(lower), { tag: "other", val: lower });
  }
  assert.deepEqual(methodFrom("PURGE"), { tag: "other", val: "PURGE" });
  assert.deepEqual(methodFrom("toString"), { tag: "other", val: "toString" });
});

Deno.test("isMethod() takes every token and nothing else", () => {
  assert.ok(isMethod({ tag: "patch" }));
  assert.ok(isMethod({ tag: "other", val: "M-SEARCH" }));
  for (const val of ["", "A B", "GET\r\n", "GET /", "\u00c4", "a\0"]) {
    assert.equal(isMethod({ tag: "other", val }), false, JSON.stringify(val));
  }
});

Deno.test("isScheme() takes what RFC 3986 calls a scheme", () => {
  assert.ok(isScheme({ tag: "HTTPS" }));
  for (const val of ["ftp", "a+b-c.1", "WS"]) {
    assert.ok(isScheme({ tag: "other", val }), val);
  }
  for (const val of ["", "1a", "b@d", "a b", "a:", "\u00e4"]) {
    assert.equal(isScheme({ tag: "other", val }), false, JSON.stringify(val));
  }
});

Deno.test("isPathWithQuery() takes what can stand in a request line", () => {
  const sound = ["", "/", "/a/../b?c=%zz#d", "?a", "*", "/\u00e9"];
  for (const path of sound) assert.ok(isPathWithQuery(path), path);
  for (const path of ["a", "/a b", "/\n", "/\x7f", "http://x/", "**", " /"]) {
    assert.equal(isPathWithQuery(path), false, JSON.stringify(path));
  }
});

Deno.test("isAuthority() takes a host with or without a port", () => {
  const sound = ["a.test", "a.test:80", "127.0.0.1:1", "[::1]", "[::1]:8080"];
  for (const authority of sound) assert.ok(isAuthority(authority), authority);
  const unsound = [
    ...["", "a b", "a\n", "a/b", "a?b", "a#b", "a\\b", "a:port", "[::1"],
    ...["a:99999", ":80"],
  ];
  for (const authority of unsound) {
    assert.equal(isAuthority(authority), false, JSON.stringify(authority));
  }
});

const TARGETS: readonly [authority: string, pathWithQuery: string][] = [
  ["a.test", "/"],
  ["a.test:81", "/a/../b//c?x=%zz&y=%2F"],
  ["a.test", "//b"],
  ["a.test", "/?"],
  ["a.test", "/./%2e%2E/?a=b?c=//d"],
  ["a.test", "/a#b?c"],
  ["a.test", "?a=b"],
  ["a.test", "#a"],
  ["a.test", "/http://b.test/"],
  ["a.test", '/\\x"<>^`{|}'],
  ["[::1]:8080", "/a:b"],
  ["[fe80::1%25eth0]", "/"],
  ["user:word@a.test", "/"],
];

for (const [authority, pathWithQuery] of TARGETS) {
  const url = `http://${authority}${pathWithQuery}`;
  Deno.test(`splitUrl() leaves ${url} as it is written`, () => {
    const scheme = { tag: "HTTP" } as const;
    assert.deepEqual(splitUrl(url), { scheme, authority, pathWithQuery });
  });
}

Deno.test("splitUrl() finds no path where the URL ends with the authority", () => {
  for (const authority of ["a.test:443", "[::1]"]) {
    const parts = splitUrl(`http://${authority}`);
    assert.equal(parts.authority, authority);
    assert.equal(parts.pathWithQuery, undefined);
  }
});

Deno.test("splitUrl() names the scheme", () => {
  assert.deepEqual(splitUrl("https://a.test/").scheme, { tag: "HTTPS" });
  assert.deepEqual(splitUrl("ws://a.test/").scheme, {
    tag: "other",
    val: "ws",
  });
});
