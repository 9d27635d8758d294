import assert from "node:assert/strict";
import { parseEndpoint } from "./settings.ts";

Deno.test("parseEndpoint() reads host, port, scheme and credentials", () => {
  assert.deepEqual(parseEndpoint("nats://host"), {
    host: "host",
    server: "host:4222",
    tls: false,
  });
  assert.deepEqual(parseEndpoint("tls://us%20er:p%40ss@host:5222/path?query"), {
    host: "host:5222",
    server: "host:5222",
    tls: true,
    user: "us er",
    password: "p@ss",
  });
  assert.deepEqual(parseEndpoint("nats://t0ken@[::1]:4223"), {
    host: "[::1]:4223",
    server: "[::1]:4223",
    tls: false,
    token: "t0ken",
  });
  assert.equal(parseEndpoint("nats://%zz@host").token, "%zz");
});
