import assert from "node:assert/strict";
import { KeyValueError } from "../store.ts";
import { parseAddress } from "./address.ts";

Deno.test("parseAddress() takes a URL apart", () => {
  assert.deepEqual(parseAddress("redis://localhost"), {
    host: "localhost",
    port: 6379,
    tls: false,
    db: 0,
    location: "Redis at localhost",
  });
  assert.deepEqual(parseAddress("rediss://me:p%40ss%2F@[::1]:7000/12"), {
    host: "::1",
    port: 7000,
    tls: true,
    db: 12,
    username: "me",
    password: "p@ss/",
    location: "Redis at [::1]:7000",
  });
  assert.equal(parseAddress("redis://:secret@h/").password, "secret");
  assert.equal(parseAddress("redis://:secret@h/").username, undefined);
});

Deno.test("parseAddress() refuses what ioredis would overlook, and shows no secret", () => {
  for (
    const url of [
      "secret",
      "",
      "/tmp/secret.sock",
      "http://me:secret@host",
      "redis:///secret",
      "redis://me:secret@host/x",
      "redis://me:secret@host/1/2",
      "redis://me:secret@host/-1",
      "redis://me:secret@host?password=secret",
      "redis://me:secret@host#secret",
      "redis://me:secret%zz@host",
      "redis://me:secret@host:99999",
    ]
  ) {
    assert.throws(() => parseAddress(url), (error) => {
      assert.ok(error instanceof KeyValueError, url);
      assert.equal(error.code, "other");
      assert.match(error.message, /^Cannot open .+: .+; .+[^.]$/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});
