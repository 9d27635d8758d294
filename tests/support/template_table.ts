/**
 * What the template answers over HTTP, whatever store it was built for.
 *
 * @module
 */

import assert from "node:assert/strict";

const TABLE: readonly [
  request: RequestInit & { path: string },
  status: number,
  body: string,
][] = [
  [
    { path: "/", method: "POST", body: '{"key":"mykey","value":"myvalue"}' },
    200,
    "Stored 'mykey'\n",
  ],
  [{ path: "/?key=mykey" }, 200, "myvalue\n"],
  [{ path: "/?key=missing" }, 404, "Key 'missing' not found\n"],
  [
    { path: "/?key=my%20k%C3%A9y%20%F0%9F%94%91" },
    404,
    "Key 'my kéy 🔑' not found\n",
  ],
  [
    {
      path: "/",
      method: "POST",
      body: '{"key":"🔑 /../","value":"\u{feff}naïve\\u0000"}',
    },
    200,
    "Stored '🔑 /../'\n",
  ],
  [{ path: "/?key=%F0%9F%94%91%20/../" }, 200, "\u{feff}naïve\u0000\n"],
];

/** Answers that name no store. */
const PLAIN: readonly [
  request: RequestInit & { path: string },
  status: number,
  body: string,
][] = [
  [{ path: "/" }, 400, "Missing required query parameter: key\n"],
  [{ path: "/", method: "DELETE" }, 405, "Method Not Allowed\n"],
  [{ path: "/", method: "PUT", body: "x" }, 405, "Method Not Allowed\n"],
];

/** Asks for all of it and compares to the byte. */
export async function walkTable(url: string, backend: string): Promise<void> {
  for (const [{ path, ...init }, status, body] of TABLE) {
    await answers(`${url}${path}`, init, status, `[${backend}] ${body}`);
  }
  for (const [{ path, ...init }, status, body] of PLAIN) {
    await answers(`${url}${path}`, init, status, body);
  }
  for (
    const body of ["", "nonsense", "[]", '{"key":1,"value":"x"}', '{"key":"x"}']
  ) {
    const response = await fetch(url, { method: "POST", body });
    assert.equal(response.status, 400, body);
    assert.match(await response.text(), /^Invalid JSON: [^\n]+\n$/, body);
  }
}

async function answers(
  url: string,
  init: RequestInit,
  status: number,
  body: string,
): Promise<void> {
  const response = await fetch(url, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    body,
  );
  assert.equal(response.status, status);
}
