import { strictEqual } from "node:assert/strict";
import { yamlProject } from "./_temporary_project.ts";

/** Each a mistake in the settings of buckets, and the one line that names it. */
const MISTAKES: Record<string, readonly [yaml: string, line: string]> = {
  "a bucket without a store": [
    "dev: {keyvalue: {buckets: {a: {}}}}\n",
    '1:28: dev.keyvalue.buckets.a: no key "store"; allowed are store, name, access and 23 more',
  ],
  "a bucket whose store has no place": [
    "dev: {keyvalue: {buckets: {a: {store: nats}}}}\n",
    "1:39: dev.keyvalue.buckets.a.store: the store nats has no place; set url here or dev.wasi_keyvalue_nats_url or dev.data_nats_url",
  ],
  "a default store that has no place": [
    "dev: {keyvalue: {default: filesystem}}\n",
    "1:27: dev.keyvalue.default: the store filesystem has no place; set dev.wasi_keyvalue_path",
  ],
  "a bucket's key that its store has no use for": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, path: b}}}}\n",
    "1:56: dev.keyvalue.buckets.a.path: not used by the store in_memory",
  ],
  "a bucket's URL of another store": [
    "dev: {keyvalue: {buckets: {a: {store: redis, url: nats://b}}}}\n",
    "1:51: dev.keyvalue.buckets.a.url: not a URL of the store redis",
  ],
  "a bucket with two places": [
    "dev: {keyvalue: {buckets: {a: {store: deno_kv, path: b, url: http://c}}}}\n",
    "1:62: dev.keyvalue.buckets.a.url: set beside path; only one of them can hold",
  ],
  "a setting of NATS in a bucket of Redis": [
    "dev: {keyvalue: {buckets: {a: {store: redis, url: redis://b, history: 5}}}}\n",
    "1:71: dev.keyvalue.buckets.a.history: not used by the store redis",
  ],
  "a setting of Redis in a bucket of NATS": [
    "dev: {keyvalue: {buckets: {a: {store: nats, url: nats://b, prefix: x}}}}\n",
    "1:68: dev.keyvalue.buckets.a.prefix: not used by the store nats",
  ],
  "an engine in a bucket without files": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, engine: sqlite}}}}\n",
    "1:58: dev.keyvalue.buckets.a.engine: not used by the store in_memory",
  ],
  "a durability of files": [
    "dev: {keyvalue: {buckets: {a: {store: filesystem, path: b, durability: crash}}}}\n",
    "1:72: dev.keyvalue.buckets.a.durability: not used by the engine files; set engine to sqlite, or leave it out",
  ],
  "an access that does not exist": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, access: readonly}}}}\n",
    '1:58: dev.keyvalue.buckets.a.access: found "readonly"; allowed is read-write, read-only; did you mean "read-only"?',
  ],
  "a ttl without a unit": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, ttl: 60}}}}\n",
    "1:55: dev.keyvalue.buckets.a.ttl: found 60, no unit; allowed is a duration such as 500ms, 30s, 5m or 1h",
  ],
  "a size without a unit": [
    'dev: {keyvalue: {buckets: {a: {store: in_memory, max_key_size: "64"}}}}\n',
    '1:64: dev.keyvalue.buckets.a.max_key_size: found "64", no unit; allowed is a size such as 512B, 64KiB or 16MiB',
  ],
  "a value size that holds no counter": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, max_value_size: 19B}}}}\n",
    "1:66: dev.keyvalue.buckets.a.max_value_size: less than the 20 bytes of a counter",
  ],
  "more history than NATS keeps": [
    "dev: {keyvalue: {buckets: {a: {store: nats, url: nats://b, history: 65}}}}\n",
    "1:69: dev.keyvalue.buckets.a.history: found 65, too large; allowed is a whole number from 1 to 64",
  ],
  "a NATS certificate without its key": [
    "dev: {keyvalue: {buckets: {a: {store: nats, url: nats://b, tls_cert: c}}}}\n",
    "1:70: dev.keyvalue.buckets.a.tls_cert: set without dev.keyvalue.buckets.a.tls_key",
  ],
  "a password of the wrong type": [
    "dev: {keyvalue: {buckets: {a: {store: nats, url: nats://b, password: 12345}}}}\n",
    "1:70: dev.keyvalue.buckets.a.password: found ***; allowed is text; put quotes around it",
  ],
  "a Redis prefix that mixes buckets up": [
    'dev: {keyvalue: {buckets: {a: {store: redis, url: redis://b, prefix: "x{bucket}y"}}}}\n',
    '1:70: dev.keyvalue.buckets.a.prefix: found "x{bucket}y", no punctuation mark behind {bucket}; allowed is a text, and in it {bucket} with a punctuation mark behind it',
  ],
  "a bucket's name that no store can hold": [
    'dev: {keyvalue: {buckets: {a: {store: in_memory, name: "\\ud800"}}}}\n',
    "1:56: dev.keyvalue.buckets.a.name: a name with a lone surrogate, which no store can hold",
  ],
  "two entries that contradict each other": [
    "dev: {wasi_keyvalue_nats_url: nats://n, keyvalue: {buckets: {a: {store: nats, history: 5}, b: {store: nats, name: a, history: 6}}}}\n",
    "1:127: dev.keyvalue.buckets.b.history: contradicts dev.keyvalue.buckets.a.history, which is the same bucket; write one value in both",
  ],
  "a seed's value that is no text": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, seed: {values: {b: 7654321}}}}}}\n",
    "1:69: dev.keyvalue.buckets.a.seed.values.b: found ***; allowed is text; put quotes around it",
  ],
  "a seed's file that is not there": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, seed: {file: gone.yaml}}}}}\n",
    '1:63: dev.keyvalue.buckets.a.seed.file: found "gone.yaml", no such file',
  ],
  "a seed that is larger than its bucket takes": [
    "dev: {keyvalue: {buckets: {a: {store: in_memory, max_key_size: 2B, seed: {values: {abc: d}}}}}}\n",
    "1:89: dev.keyvalue.buckets.a.seed.values.abc: 3 bytes, more than max_key_size allows",
  ],
  "a list of allowed buckets that is none": [
    "dev: {keyvalue: {allow: cache}}\n",
    '1:25: dev.keyvalue.allow: found "cache"; allowed is a list',
  ],
};

for (const [mistake, [yaml, line]] of Object.entries(MISTAKES)) {
  Deno.test(`loadConfig() refuses ${mistake}`, async () => {
    await using project = await yamlProject(yaml);
    strictEqual(
      await project.messageOf(),
      `Cannot read ".wash/config.yaml": 1 problem\n.wash/config.yaml:${line}`,
    );
  });
}
