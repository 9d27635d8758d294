import assert from "node:assert/strict";
import { headers } from "@nats-io/nats-core";
import { NEVER } from "../expiry.ts";
import {
  isLive,
  messageFor,
  sequenceOf,
  storedFrom,
  versionOf,
} from "./message.ts";
import { nameOfKey } from "./names.ts";

Deno.test("sequenceOf() gives back what versionOf() was given, until the value ends", () => {
  assert.equal(sequenceOf(versionOf(7, NEVER), 1000), 7);
  assert.equal(sequenceOf(versionOf(7, 1001), 1000), 7);
  assert.equal(sequenceOf(versionOf(7, 1000), 1000), undefined);
});

Deno.test("sequenceOf() knows no sequence for what is no version", () => {
  for (
    const version of [
      "",
      "0",
      "-1",
      "x",
      "1:",
      "1:x",
      "01",
      "9".repeat(17),
      "1 ",
    ]
  ) {
    assert.equal(sequenceOf(version, 0), undefined, version);
  }
});

Deno.test("storedFrom() understands what messageFor() writes", () => {
  for (const key of ["key", "x".repeat(5000)]) {
    const value = new Uint8Array([1, 2, 3]);
    const written = messageFor(value, {
      key,
      name: nameOfKey(key),
      expiresAt: 50,
    });
    const stored = storedFrom(written.headers, 9, written.data);
    assert.deepEqual(stored.data, value);
    assert.equal(stored.sequence, 9);
    assert.ok(isLive(stored, 49));
    assert.ok(!isLive(stored, 50));
    const mark = messageFor(value, {
      key,
      name: nameOfKey(key),
      operation: "DEL",
    });
    assert.ok(!isLive(storedFrom(mark.headers, 9, mark.data), 0));
  }
});

Deno.test("storedFrom() takes a mark of the server's for a deletion, and nonsense for nothing", () => {
  const marker = headers();
  marker.set("Nats-Marker-Reason", "MaxAge");
  assert.equal(storedFrom(marker, 1, new Uint8Array(0)).present, false);
  const nonsense = headers();
  nonsense.set("Wharf-Expires", "soon");
  nonsense.set("Wharf-Key-Bytes", "-1e9");
  const stored = storedFrom(nonsense, 1, new Uint8Array([1]));
  assert.ok(isLive(stored, Number.MAX_SAFE_INTEGER));
  assert.deepEqual(stored.data, new Uint8Array([1]));
});
