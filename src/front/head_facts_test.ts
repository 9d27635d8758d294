import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { headFacts, isHost, traceOf } from "./head_facts.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

Deno.test("traceOf() takes what W3C Trace Context allows", () => {
  const cases: [header: string, trace: string | undefined][] = [
    [`00-${TRACE}-${SPAN}-01`, TRACE],
    [`cc-${TRACE}-${SPAN}-01-what-comes`, TRACE],
    [`00-${TRACE}-${SPAN}-01-more`, undefined],
    [`ff-${TRACE}-${SPAN}-01`, undefined],
    [`00-${"0".repeat(32)}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${"0".repeat(16)}-01`, undefined],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${SPAN}`, undefined],
    ["", undefined],
  ];
  for (const [header, trace] of cases) {
    strictEqual(traceOf(header), trace, header);
  }
});

Deno.test("isHost() takes names, addresses and ports, and nothing that moves a URL", () => {
  for (
    const host of [
      "a",
      "a.test:80",
      "[::1]:80",
      "127.0.0.1",
      "a_b",
      "%41",
      "a:",
    ]
  ) {
    strictEqual(isHost(host), true, host);
  }
  for (
    const host of [
      "",
      "a/b",
      "a?b",
      "a#b",
      "u@a",
      "a b",
      "[::1",
      "a:b",
      "a\\b",
      "\xe9",
      "%4",
    ]
  ) {
    strictEqual(isHost(host), false, host);
  }
});

Deno.test("headFacts() takes one traceparent, and both of two for none", () => {
  const line = ["Traceparent", `00-${TRACE}-${SPAN}-01`] as const;
  const of = (...headers: (readonly [string, string])[]) =>
    headFacts({ method: "GET", url: "http://a/", headers, body: null });
  strictEqual(of(line).trace, TRACE);
  strictEqual(of(line, line).trace, undefined);
  deepStrictEqual(of(line).lines, [line]);
});
