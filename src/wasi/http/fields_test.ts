import assert from "node:assert/strict";
import { WitError } from "../../runtime/host_interface.ts";
import { type FieldEntry, Fields, type HeaderError } from "./fields.ts";
import { bytesFrom, textFrom } from "../../runtime/latin1.ts";

type Line = readonly [name: string, value: string];

function fieldsOf(...lines: Line[]): Fields {
  return Fields.fromList(lines.map(entryOf));
}

function entryOf([name, value]: Line): FieldEntry {
  return [name, bytesFrom(value)];
}

function linesOf(fields: Fields): Line[] {
  return fields.entries().map(([name, value]) => [name, textFrom(value)]);
}

function assertRefused(tag: HeaderError["tag"], act: () => unknown): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof WitError, `no WitError: ${error}`);
    assert.deepEqual(error.payload, { tag });
    return true;
  });
}

Deno.test("fields keep lines in order, repeats and the names' case among them", () => {
  const lines: Line[] = [["X-B", "1"], ["x-a", "2"], ["x-b", "3"], ["x-c", ""]];
  const fields = fieldsOf(...lines);
  assert.deepEqual(linesOf(fields), lines);
  fields.append("X-A", bytesFrom("4"));
  assert.deepEqual(linesOf(fields), [...lines, ["X-A", "4"]]);
});

Deno.test("get() and has() look names up in any case", () => {
  const fields = fieldsOf(["X-One", "1"], ["x-two", "2"], ["x-ONE", "3"]);
  assert.deepEqual(fields.get("x-oNe").map(textFrom), ["1", "3"]);
  assert.equal(fields.has("X-TWO"), true);
  assert.deepEqual(fields.get("x-three"), []);
  assert.equal(fields.has("x-three"), false);
  assert.deepEqual(fields.get("no token"), []);
  assert.equal(fields.has(""), false);
});

Deno.test("set() replaces every line of the name, by none where there are none", () => {
  const fields = fieldsOf(["x-a", "1"], ["x-b", "2"], ["X-A", "3"]);
  fields.set("X-a", [bytesFrom("4"), bytesFrom("5")]);
  assert.deepEqual(linesOf(fields), [["x-b", "2"], ["X-a", "4"], ["X-a", "5"]]);
  fields.set("x-A", []);
  assert.deepEqual(linesOf(fields), [["x-b", "2"]]);
});

Deno.test("delete() takes every line of the name, and an absent one is no error", () => {
  const fields = fieldsOf(["x-a", "1"], ["x-b", "2"], ["X-A", "3"]);
  fields.delete("X-A");
  fields.delete("x-none");
  assert.deepEqual(linesOf(fields), [["x-b", "2"]]);
});

Deno.test("clone() gives a copy that can be changed, and neither changes the other", () => {
  const fields = fieldsOf(["x-a", "1"]);
  const copy = fields.freeze().clone();
  copy.append("x-b", bytesFrom("2"));
  assert.deepEqual(linesOf(fields), [["x-a", "1"]]);
  assert.deepEqual(linesOf(copy), [["x-a", "1"], ["x-b", "2"]]);
});

const NAMES: readonly [name: string, sound: boolean][] = [
  ["x-a", true],
  ["!#$%&'*+-.^_`|~09azAZ", true],
  ["", false],
  ["x a", false],
  ["x:a", false],
  [":path", false],
  ["x\ta", false],
  ["x\r\na", false],
  ["x\0", false],
  ["x-\u00e9", false],
  ["x-\u212a", false], // a sign whose lower case is the letter k
  ["x(a)", false],
];

for (const [name, sound] of NAMES) {
  Deno.test(`the name ${JSON.stringify(name)} is ${sound ? "" : "in"}valid`, () => {
    const fields = new Fields();
    const value = bytesFrom("1");
    if (sound) {
      fields.append(name, value);
      assert.deepEqual(fields.get(name), [value]);
      return;
    }
    assertRefused("invalid-syntax", () => fields.append(name, value));
    assertRefused("invalid-syntax", () => fields.set(name, [value]));
    assertRefused("invalid-syntax", () => fields.delete(name));
    assertRefused("invalid-syntax", () => Fields.fromList([[name, value]]));
    assert.deepEqual(fields.entries(), []);
  });
}

Deno.test("a value may hold every byte but control characters", () => {
  for (let byte = 0; byte <= 0xff; byte++) {
    const value = Uint8Array.of(0x61, byte, 0x62);
    const fields = new Fields();
    const isControl = byte < 0x20 || byte === 0x7f;
    if (isControl && byte !== 0x09) {
      assertRefused("invalid-syntax", () => fields.append("x-a", value));
    } else {
      fields.append("x-a", value);
      assert.deepEqual(fields.get("x-a"), [value], `byte ${byte}`);
    }
  }
});

Deno.test("a value with a line break cannot begin another line", () => {
  const fields = fieldsOf(["x-a", "1"]);
  for (const text of ["2\r\nx-b: 3", "2\nx-b: 3", "2\r", "\0", "\x7f"]) {
    const value = bytesFrom(text);
    assertRefused("invalid-syntax", () => fields.append("x-a", value));
    assertRefused("invalid-syntax", () => fields.set("x-a", [value]));
  }
  assert.deepEqual(linesOf(fields), [["x-a", "1"]]);
});

Deno.test("set() with one bad value of several changes nothing", () => {
  const fields = fieldsOf(["x-a", "1"]);
  const values = [bytesFrom("2"), bytesFrom("3\n")];
  assertRefused("invalid-syntax", () => fields.set("x-a", values));
  assert.deepEqual(linesOf(fields), [["x-a", "1"]]);
});

const FORBIDDEN = [
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
];

for (const name of FORBIDDEN) {
  Deno.test(`${name} is forbidden, in any case`, () => {
    const fields = new Fields();
    const value = bytesFrom("1");
    for (const written of [name, name.toUpperCase()]) {
      assertRefused("forbidden", () => fields.append(written, value));
      assertRefused("forbidden", () => fields.set(written, [value]));
      assertRefused("forbidden", () => fields.delete(written));
      assertRefused("forbidden", () => fieldsOf(["x-a", "1"], [written, "1"]));
    }
    assert.deepEqual(fields.entries(), []);
  });
}

Deno.test("fromList() names what is wrong with the first line that is", () => {
  assertRefused("invalid-syntax", () => fieldsOf(["x-a", "1\n"], ["host", ""]));
  assertRefused("forbidden", () => fieldsOf(["host", ""], ["x-a", "1\n"]));
});

Deno.test("fields that belong to a message cannot be changed", () => {
  for (
    const fields of [
      fieldsOf(["x-a", "1"]).freeze(),
      Fields.received([entryOf(["x-a", "1"])]),
    ]
  ) {
    const value = bytesFrom("2");
    assertRefused("immutable", () => fields.append("x-b", value));
    assertRefused("immutable", () => fields.set("x-a", [value]));
    assertRefused("immutable", () => fields.delete("x-a"));
    // Before anything else that may be wrong.
    assertRefused("immutable", () => fields.append("no token", value));
    assert.deepEqual(linesOf(fields), [["x-a", "1"]]);
  }
});

Deno.test("received() takes what guests may not write", () => {
  const fields = Fields.received([entryOf(["x-a", "1"]), entryOf(["Te", ""])]);
  assert.deepEqual(linesOf(fields), [["x-a", "1"], ["Te", ""]]);
});
