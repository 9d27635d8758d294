/**
 * What the template answers, to the byte, in plain Deno: everything that becomes the component
 * but its first module, which speaks wasi:http.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  answer,
  type Bucket,
  type HttpResponse,
} from "../templates/http-kv-handler/src/handler.ts";

const EXPECTED = `expected {"key":"...","value":"..."}`;

/** A bucket in this process that knows whether it was given back. */
class MemoryBucket implements Bucket {
  readonly values = new Map<string, Uint8Array>();
  uses = 0;

  open = (name: string): Bucket => {
    assert.equal(name, "in_memory");
    this.uses++;
    return this;
  };

  get(key: string): Uint8Array | undefined {
    return this.values.get(key);
  }

  set(key: string, value: Uint8Array): void {
    this.values.set(key, value);
  }

  [Symbol.dispose](): void {
    this.uses--;
  }
}

function post(body: string | Uint8Array, bucket: MemoryBucket): HttpResponse {
  return answer({
    method: "post",
    pathWithQuery: "/",
    readBody: () => typeof body === "string" ? encode(body) : body,
  }, bucket.open);
}

function get(pathWithQuery: string, bucket: MemoryBucket): HttpResponse {
  return answer({
    method: "get",
    pathWithQuery,
    readBody: () => assert.fail("a GET has no body to read"),
  }, bucket.open);
}

function assertAnswer(
  { status, body }: HttpResponse,
  expected: [status: number, body: string],
): void {
  // A decoder takes a leading U+FEFF away unless it is told not to.
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  assert.deepEqual([status, text.decode(body)], expected);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("the template stores what a POST brings", () => {
  const bucket = new MemoryBucket();
  assertAnswer(post(`{"key":"mykey","value":"myvalue"}`, bucket), [
    200,
    "[in_memory] Stored 'mykey'\n",
  ]);
  assert.deepEqual([...bucket.values], [["mykey", encode("myvalue")]]);
  assert.equal(bucket.uses, 0);
});

Deno.test("the template takes JSON as it is written elsewhere", async (test) => {
  const bodies = [
    ` {\n\t"key" : "k" ,\r\n "value" : "v" } \n`,
    `{"value":"v","key":"k"}`,
    `{"key":"k","value":"v","more":[1,{}]}`,
    String.raw`{"key":"\u006b","value":"\u0076"}`,
  ];
  for (const body of bodies) {
    await test.step(JSON.stringify(body), () => {
      const bucket = new MemoryBucket();
      assertAnswer(post(body, bucket), [200, "[in_memory] Stored 'k'\n"]);
      assert.deepEqual(bucket.values.get("k"), encode("v"));
    });
  }
});

Deno.test("the template answers a GET", async (test) => {
  const bucket = new MemoryBucket();
  bucket.set("mykey", encode("myvalue"));
  bucket.set("", encode("the empty key"));
  bucket.set("empty", encode(""));
  bucket.set("a b", encode("a space"));
  bucket.set("a+b", encode("a plus"));
  bucket.set("%zz", encode("as it is"));
  bucket.set("a?b", encode("a question"));
  const missing = "Missing required query parameter: key\n";
  const cases: [string, number, string][] = [
    ["/?key=mykey", 200, "[in_memory] myvalue\n"],
    ["/any/path?other=1&key=mykey", 200, "[in_memory] myvalue\n"],
    ["/?key=mykey&key=missing", 200, "[in_memory] myvalue\n"],
    ["?key=mykey", 200, "[in_memory] myvalue\n"],
    ["/?k%65y=%6dykey", 200, "[in_memory] myvalue\n"],
    ["/?key=", 200, "[in_memory] the empty key\n"],
    ["/?key", 200, "[in_memory] the empty key\n"],
    ["/?key=empty", 200, "[in_memory] \n"],
    ["/?key=a%20b", 200, "[in_memory] a space\n"],
    ["/?key=a+b", 200, "[in_memory] a space\n"],
    ["/?key=a%2Bb", 200, "[in_memory] a plus\n"],
    ["/?key=%zz", 200, "[in_memory] as it is\n"],
    ["/?key=a?b", 200, "[in_memory] a question\n"],
    ["/?key=missing", 404, "[in_memory] Key 'missing' not found\n"],
    ["/?key=MYKEY", 404, "[in_memory] Key 'MYKEY' not found\n"],
    ["/?key=%FF", 404, "[in_memory] Key '\ufffd' not found\n"],
    ["/", 400, missing],
    ["/?", 400, missing],
    ["/?keys=mykey", 400, missing],
    ["/key=mykey", 400, missing],
    ["", 400, missing],
  ];
  for (const [path, status, body] of cases) {
    await test.step(path, () => {
      assertAnswer(get(path, bucket), [status, body]);
      assert.equal(bucket.uses, 0);
    });
  }
});

Deno.test("the template gives any Unicode text back", async (test) => {
  const texts = [
    "日本語",
    "🙂 🏳️‍🌈",
    "e\u0301",
    "\ufeffstarts with a byte order mark",
    "\0",
    'it\'s "quoted" \\ / & = + % ? #',
    "two\nlines\r\n",
    "\ufffd\uffff\u{10ffff}",
    "long ".repeat(100_000),
  ];
  for (const text of texts) {
    await test.step(JSON.stringify(text.slice(0, 30)), () => {
      const bucket = new MemoryBucket();
      const body = JSON.stringify({ key: text, value: text });
      assertAnswer(post(body, bucket), [200, `[in_memory] Stored '${text}'\n`]);
      const path = `/?key=${encodeURIComponent(text)}`;
      assertAnswer(get(path, bucket), [200, `[in_memory] ${text}\n`]);
    });
  }
});

Deno.test("the template gives back bytes that are no text", () => {
  const bucket = new MemoryBucket();
  bucket.set("bytes", new Uint8Array([0xff, 0x00, 0xc3]));
  const { status, body } = get("/?key=bytes", bucket);
  assert.equal(status, 200);
  assert.deepEqual(
    body,
    new Uint8Array([...encode("[in_memory] "), 0xff, 0x00, 0xc3, 0x0a]),
  );
});

Deno.test("the template refuses any other POST", async (test) => {
  const strings = `"key" and "value" have to be strings`;
  const half = `a "\\u" escape is half of a surrogate pair`;
  const cases: [string | Uint8Array, string][] = [
    ["", "the body is empty"],
    [new Uint8Array([0x22, 0xff, 0x22]), "the body is not UTF-8"],
    ["null", "not an object"],
    ["3", "not an object"],
    [`"mykey"`, "not an object"],
    [`[{"key":"k","value":"v"}]`, "not an object"],
    ["{}", strings],
    [`{"key":"k"}`, strings],
    [`{"value":"v"}`, strings],
    [`{"key":1,"value":"v"}`, strings],
    [`{"key":"k","value":null}`, strings],
    [`{"key":["k"],"value":"v"}`, strings],
    [`{"__proto__":{"key":"k","value":"v"}}`, strings],
    [String.raw`{"key":"\ud83d","value":"v"}`, half],
    [String.raw`{"key":"k","value":"\ude42\ud83d"}`, half],
  ];
  for (const [body, reason] of cases) {
    await test.step(String(body) || "(empty)", () => {
      const bucket = new MemoryBucket();
      assertAnswer(post(body, bucket), [
        400,
        `Invalid JSON: ${reason}, ${EXPECTED}\n`,
      ]);
      assert.equal(bucket.values.size, 0);
    });
  }
});

Deno.test("the template says in one line what is wrong with the JSON", async (test) => {
  const bodies = [
    " ",
    "{",
    "key=mykey&value=myvalue",
    "first\nsecond\r\nthird",
    `{'key':'k','value':'v'}`,
    `{"key":"k","value":"v"} more`,
    `{"key":"k","value":"two\nlines"}`,
    `\ufeff{"key":"k","value":"v"}`,
  ];
  for (const body of bodies) {
    await test.step(JSON.stringify(body), () => {
      const bucket = new MemoryBucket();
      const { status, body: bytes } = post(body, bucket);
      const text = new TextDecoder().decode(bytes);
      assert.equal(status, 400);
      assert.match(text, /^Invalid JSON: [^\r\n]+\n$/);
      assert.ok(text.endsWith(`, ${EXPECTED}\n`));
      assert.equal(bucket.values.size, 0);
    });
  }
});

Deno.test("the template takes no other method", async (test) => {
  for (const method of ["head", "put", "delete", "options", "other"]) {
    await test.step(method, () => {
      const request = {
        method,
        pathWithQuery: "/?key=mykey",
        readBody: () => assert.fail("the body is not wanted"),
      };
      const open = () => assert.fail("no bucket is wanted");
      assertAnswer(answer(request, open), [405, "Method Not Allowed\n"]);
    });
  }
});

/** What componentize-js throws for the error of a WIT `result`. */
function witError(payload: unknown): Error {
  return Object.assign(new Error("[object Object]"), { payload });
}

Deno.test("the template says what failed and why", async (test) => {
  const cases: [unknown, string][] = [
    [
      { tag: "no-such-store" },
      "no such store, is it set in .wash/config.yaml?",
    ],
    [{ tag: "access-denied" }, "access denied"],
    [{ tag: "other", val: "the disk is full" }, "the disk is full"],
  ];
  for (const [payload, reason] of cases) {
    await test.step(reason, () => {
      const refuse = () => {
        throw witError(payload);
      };
      const bucket = new MemoryBucket();
      bucket.get = bucket.set = refuse;
      assertAnswer(get("/?key=k", bucket), [
        500,
        `[in_memory] Failed to get key 'k': ${reason}\n`,
      ]);
      assertAnswer(post(`{"key":"k","value":"v"}`, bucket), [
        500,
        `[in_memory] Failed to store key 'k': ${reason}\n`,
      ]);
      assert.equal(bucket.uses, 0);
      bucket.open = refuse;
      assertAnswer(get("/?key=k", bucket), [
        500,
        `[in_memory] Failed to open bucket: ${reason}\n`,
      ]);
    });
  }
});

Deno.test("the template hides no mistake of its own", () => {
  const bucket = new MemoryBucket();
  const mistake = new TypeError("bucket.got is not a function");
  bucket.get = () => {
    throw mistake;
  };
  assert.throws(() => get("/?key=k", bucket), mistake);
  assert.equal(bucket.uses, 0);
});
