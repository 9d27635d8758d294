import { fetchResponse } from "../fetch_message.ts";
import assert from "node:assert/strict";
import type { Fault, FaultKind, FaultPolicy } from "./fault.ts";
import { faultResponse } from "./fault_response.ts";

/** The response as a client of the Fetch API has it. */
function answered(...args: Parameters<typeof faultResponse>): Response {
  return fetchResponse(faultResponse(...args));
}

const ACCEPTS = {
  page: "text/html,*/*;q=0.8",
  text: "*/*",
  problem: "application/json",
} as const;

type Face = keyof typeof ACCEPTS;
const FACES = Object.keys(ACCEPTS) as readonly Face[];

const TYPES: Readonly<Record<Face, string>> = {
  page: "text/html; charset=utf-8",
  text: "text/plain; charset=utf-8",
  problem: "application/problem+json",
};

function asking(face: Face, method = "GET"): Request {
  return new Request("http://guest.test/orders?id=1", {
    method,
    headers: { accept: ACCEPTS[face] },
  });
}

/** Each fault with a text of its own, and what of it must not leave where faults are hidden. */
const FAULTS: Readonly<Record<FaultKind, Omit<Fault, "kind">>> = {
  "trapped": {
    status: 500,
    message: "secret: unreachable",
    request: "a1",
    stack: [
      { text: "secret_function", place: "/home/secret/lib.rs:12" },
      { text: "deep (5 times)" },
    ],
    output: [{ stream: "stderr", text: "secret: panicked" }],
  },
  "no-response": { status: 500, message: "secret: none", request: "a1" },
  "error-code": { status: 500, message: "secret: DNS", request: "a1" },
  "deadline": { status: 504, message: "secret: slow", request: "a1" },
  "invalid-response": { status: 500, message: "secret: bad", request: "a1" },
  "exit": { status: 500, message: "secret: exit(3)", request: "a1" },
  "memory": { status: 500, message: "secret: 257 MiB", request: "a1" },
  "lane-lost": { status: 502, message: "secret: thread", request: "a1" },
  "busy": {
    status: 503,
    message: "secret: busy",
    request: "a1",
    headers: { "retry-after": "1" },
  },
  "no-handler": { status: 501, message: "secret: none", request: "a1" },
  "host": { status: 500, message: "secret: failed", request: "a1" },
  "no-component": {
    status: 500,
    message: "secret: cannot build",
    details: "secret output",
  },
  "stopping": { status: 503, message: "secret: stopping" },
  "refused": { status: 503, message: "secret: refused" },
};

const KINDS = Object.keys(FAULTS) as readonly FaultKind[];
const PHRASES: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

for (const kind of KINDS) {
  const fault: Fault = { kind, ...FAULTS[kind] };
  for (const face of FACES) {
    Deno.test(`answered() shows "${kind}" as ${face}`, async () => {
      const response = answered(fault, asking(face), "shown");
      assertHead(response, fault, face);
      const body = await response.text();
      const told = [
        fault.message,
        ...(fault.stack ?? []).flatMap(({ text, place }) => [text, place]),
        ...(fault.output ?? []).map(({ text }) => text),
        fault.details,
        fault.request,
      ].filter((part) => part !== undefined);
      for (const part of told) assert.ok(body.includes(part), part);
    });

    Deno.test(`answered() hides "${kind}" as ${face}`, async () => {
      const response = answered(fault, asking(face), "hidden");
      assertHead(response, fault, face);
      const body = await response.text();
      const { request, status } = fault;
      assert.doesNotMatch(body, /secret|dev\.|guest|deep|orders|wharf/i);
      assert.ok(body.includes(PHRASES[status]!));
      if (request !== undefined) assert.ok(body.includes(request));
    });
  }
}

function assertHead(response: Response, fault: Fault, face: Face): void {
  assert.equal(response.status, fault.status);
  const { headers } = response;
  assert.equal(headers.get("content-type"), TYPES[face]);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("vary"), "accept");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("retry-after"), fault.headers ? "1" : null);
  const policy = headers.get("content-security-policy");
  if (face === "page") assert.match(policy!, /^default-src 'none';/);
  else assert.equal(policy, null);
}

Deno.test("answered() writes the problem that RFC 9457 describes", async () => {
  const fault: Fault = { kind: "trapped", ...FAULTS.trapped };
  const body = (policy: FaultPolicy) =>
    answered(fault, asking("problem"), policy).json();
  assert.deepEqual(await body("shown"), {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    detail: "secret: unreachable",
    kind: "trapped",
    request: "a1",
    stack: [
      { function: "secret_function", place: "/home/secret/lib.rs:12" },
      { function: "deep (5 times)" },
    ],
    output: [{ stream: "stderr", text: "secret: panicked" }],
  });
  assert.deepEqual(await body("hidden"), {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    request: "a1",
  });
});

Deno.test("answered() says how a limit is raised", async () => {
  for (
    const [kind, key] of [
      ["deadline", "dev.request_timeout"],
      ["busy", "dev.queue_timeout"],
    ] as const
  ) {
    for (const face of FACES) {
      const fault: Fault = { kind, ...FAULTS[kind] };
      const response = answered(fault, asking(face), "shown");
      assert.ok((await response.text()).includes(key), `${kind} ${face}`);
    }
  }
});

Deno.test("answered() gives HEAD no body", async () => {
  const fault: Fault = { kind: "trapped", ...FAULTS.trapped };
  for (const policy of ["shown", "hidden"] as const) {
    for (const face of FACES) {
      const response = answered(fault, asking(face, "HEAD"), policy);
      assertHead(response, fault, face);
      assert.equal(response.body, null);
      assert.equal(await response.text(), "");
    }
  }
});

/** What a guest can call a function, print or answer to break out of what it stands in. */
const HOSTILE: readonly string[] = [
  `<script>alert("x")</script>`,
  `</pre><img src=x onerror='x()'>`,
  "\x1b[31m\x1b]0;title\x07",
  "\u202eesrever\u2066",
  "\u2028line\u2029paragraph",
  "a\r\nb: forged\n(request 7)",
  "&lt;&amp;",
];

for (const hostile of HOSTILE) {
  Deno.test(`answered() escapes ${JSON.stringify(hostile)}`, async () => {
    const fault: Fault = {
      kind: "trapped",
      status: 500,
      message: hostile,
      request: "a1",
      stack: [{ text: hostile, place: `${hostile}:1` }],
      output: [{ stream: hostile, text: hostile }],
      details: hostile,
    };
    for (const face of FACES) {
      const body = await answered(fault, asking(face), "shown").text();
      assert.doesNotMatch(
        body,
        /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u,
      );
      if (face === "problem") {
        const told = JSON.parse(body);
        assert.equal(told.detail, hostile);
        assert.equal(told.stack[0].function, hostile);
        assert.deepEqual(told.output, fault.output);
      }
      if (face === "page") {
        assert.doesNotMatch(body, /<script|<img|onerror='/);
        assert.equal(body.match(/<pre/g)!.length, 4);
        assert.equal(body.match(/<\/pre>/g)!.length, 4);
      }
    }
    const text = await answered(fault, asking("text"), "shown").text();
    const frame = text.split("\n").filter((line) => line.startsWith("    at"));
    assert.equal(frame.length, 1, "a frame is one line");
  });
}

Deno.test("a page loads nothing, runs nothing and knows both schemes", async () => {
  const fault: Fault = { kind: "trapped", ...FAULTS.trapped };
  const page = await answered(fault, asking("page"), "shown").text();
  assert.ok(page.startsWith("<!doctype html>"));
  assert.doesNotMatch(page, /<script|<link|<img|src=|href=|url\(|@import/);
  assert.match(page, /color-scheme: light dark/);
  assert.match(page, /GET http:\/\/guest\.test\/orders\?id=1/);
});
