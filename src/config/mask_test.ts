import { strictEqual } from "node:assert/strict";
import { isSecretKey, maskBrokenUrl, masked, maskUrl } from "./mask.ts";

Deno.test("maskUrl() leaves no credential in a URL, a broken one included", () => {
  const rows = [
    ["redis://localhost:6379/1", "redis://localhost:6379/1"],
    ["redis://:hunter2@localhost", "redis://***@localhost"],
    ["redis://me:hunter2@localhost", "redis://me:***@localhost"],
    ["nats://token@localhost", "nats://***@localhost"],
    ["redis://me:hun/t#er?2@localhost", "redis://***@localhost"],
    ["redis://me:a@b@localhost", "redis://***@localhost"],
    ["https://kv.example/?token=abc&x=1", "https://kv.example/?token=***&x=1"],
    ["https://kv.example/?apiKey=abc", "https://kv.example/?apiKey=***"],
    ["mail me@example.org", "mail me@example.org"],
  ] as const;
  for (const [text, shown] of rows) strictEqual(maskUrl(text), shown);
});

Deno.test("maskBrokenUrl() hides all before the last @", () => {
  strictEqual(maskBrokenUrl("redis:/:hunter2@host"), "***@host");
  strictEqual(maskBrokenUrl("me:hunter2@host:1"), "***@host:1");
  strictEqual(maskBrokenUrl("redis://me:hunter2@host"), "redis://me:***@host");
  strictEqual(maskBrokenUrl("localhost:6379"), "localhost:6379");
});

Deno.test("isSecretKey() knows a secret by the name of its key", () => {
  const rows = [
    ["API_TOKEN", true],
    ["dbPassword", true],
    ["secrets", true],
    ["AWS_ACCESS_KEY_ID", true],
    ["apikey", true],
    ["tls_key_path", false],
    ["secretFrom", false],
    ["wasi_keyvalue_path", false],
    ["LOG_LEVEL", false],
  ] as const;
  for (const [name, secret] of rows) {
    strictEqual(isSecretKey(["build", "env", name]), secret, name);
  }
  strictEqual(isSecretKey(["tokens", 0]), true);
  strictEqual(isSecretKey([]), false);
});

Deno.test("masked() hides a secret as a whole", () => {
  strictEqual(masked("hunter2", true), "***");
  strictEqual(masked("plain", false), "plain");
});
