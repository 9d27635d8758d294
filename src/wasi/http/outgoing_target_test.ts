import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import { Fields } from "./fields.ts";
import { OutgoingRequest } from "./outgoing.ts";
import {
  headersOf,
  promisedLength,
  serverName,
  targetOf,
} from "./outgoing_target.ts";

function request(authority: string, path?: string): OutgoingRequest {
  const made = new OutgoingRequest(new Fields());
  made.setAuthority(authority);
  made.setPathWithQuery(path);
  return made;
}

Deno.test("targetOf() is HTTPS where no scheme is set, and has one spelling", () => {
  const target = targetOf(request("Example.COM:443", "?a=b"));
  assert.deepEqual(target, {
    scheme: "https",
    host: "example.com",
    port: 443,
    method: "GET",
    path: "/?a=b",
    authority: "example.com",
    origin: "https://example.com",
  });
  assert.equal(serverName(target), "example.com");
  const address = targetOf(request("[::FFFF:7f00:1]:8443"));
  assert.equal(address.origin, "https://127.0.0.1:8443");
  assert.equal(serverName(address), "");
  assert.equal(targetOf(request("[::1]:80")).authority, "[::1]:80");
});

Deno.test("targetOf() refuses what cannot stand in a request line", () => {
  for (const path of ["/\u00e9", "/\u{1f600}", `/${"a".repeat(65_536)}`]) {
    assert.throws(() => targetOf(request("a.example", path)), WitError);
  }
});

Deno.test("headersOf() writes the host and the framing, and the guest's own lines", () => {
  const fields = new Fields();
  fields.append("X-A", new Uint8Array([0x61, 0xff]));
  fields.append("Content-Length", new TextEncoder().encode("3"));
  const made = new OutgoingRequest(fields);
  made.setAuthority("a.example");
  const target = targetOf(made);
  assert.deepEqual(headersOf(made, target, { kind: "chunked" }), [
    "host",
    "a.example",
    "X-A",
    "a\xff",
    "transfer-encoding",
    "chunked",
  ]);
  assert.deepEqual(
    headersOf(made, target, { kind: "known", length: 3 }).slice(-2),
    [
      "content-length",
      "3",
    ],
  );
  assert.throws(() => promisedLength(made), WitError); // it has no body
  made.body();
  assert.equal(promisedLength(made), 3);
});
