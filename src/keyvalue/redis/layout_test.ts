import assert from "node:assert/strict";
import { KeyValueError } from "../store.ts";
import {
  DEFAULT_PREFIX,
  mayHoldVersions,
  parseNames,
  parsePrefix,
  patternOf,
  versionKeyOf,
} from "./layout.ts";

Deno.test("parsePrefix() leaves ordinary bucket names as wash has them", () => {
  const prefixOf = parsePrefix(DEFAULT_PREFIX);
  for (const name of ["default", "", "a/b", "日本", "50%", "a b", "*", "%2f"]) {
    assert.equal(prefixOf(name), `${name}:`);
  }
});

Deno.test("parsePrefix() keeps buckets apart whatever their names hold", () => {
  const prefixOf = parsePrefix(DEFAULT_PREFIX);
  const parts = ["", ":", "%", "%3A", "%25", "3A", "25", "a", "%253A"];
  const names = new Set(
    parts.flatMap((one) =>
      parts.flatMap((two) => parts.map((three) => one + two + three))
    ),
  );
  const prefixes = [...names].map(prefixOf);
  assert.equal(new Set(prefixes).size, names.size);
  for (const prefix of prefixes) {
    assert.equal(prefix.indexOf(":"), prefix.length - 1);
  }
});

Deno.test("parsePrefix() takes what other hosts use", () => {
  assert.equal(parsePrefix("")("bucket"), "");
  assert.equal(parsePrefix("app:")("bucket"), "app:");
  assert.equal(parsePrefix("app/{bucket}/")("a/b%"), "app/a%2Fb%25/");
});

Deno.test("parsePrefix() refuses a template that lets buckets share keys", () => {
  for (
    const template of [
      "{bucket}",
      "{bucket}x",
      "{bucket}7:",
      "{bucket}%",
      "{bucket}é",
      "{bucket}:{bucket}:",
    ]
  ) {
    assert.throws(() => parsePrefix(template), KeyValueError, template);
  }
});

Deno.test("mayHoldVersions() is true where a key could be one of a version", () => {
  for (const prefix of ["", "w", "wharf-version-", "wharf-version-1"]) {
    assert.equal(mayHoldVersions(prefix), true, prefix);
  }
  for (const prefix of ["wharf:", "default:", ":", "wharf-version:"]) {
    assert.equal(mayHoldVersions(prefix), false, prefix);
  }
});

Deno.test("versionKeyOf() is the same key every time, one of 16,384", () => {
  assert.equal(versionKeyOf("default:counter"), "wharf-version-4306");
  for (let index = 0; index < 1000; index++) {
    const [, number] = /^wharf-version-(\d+)$/.exec(versionKeyOf(`k${index}`))!;
    assert.ok(Number(number) < 16_384);
  }
});

Deno.test("patternOf() takes nothing for a wildcard but its end", () => {
  assert.equal(patternOf("a*b?[c]\\^:"), "a\\*b\\?\\[c\\]\\\\\\^:*");
});

Deno.test("parseNames() reads back every name that parsePrefix() writes", () => {
  const parts = ["", ":", "%", "%3A", "%25", "3A", "25", "a", "*"];
  for (const template of [DEFAULT_PREFIX, "app/{bucket}/v", "{bucket}::"]) {
    const prefixOf = parsePrefix(template);
    const names = parseNames(template)!;
    for (const one of parts) {
      for (const two of parts) {
        for (const name of [one + two, `${one}/${two}`]) {
          assert.equal(names.bucketOf(`${prefixOf(name)}key:/v`), name);
        }
      }
    }
  }
});

Deno.test("parseNames() takes no key of another program for one of a bucket", () => {
  const { bucketOf } = parseNames("app-{bucket}:v")!;
  const keys = ["", "app-", "app-a", "app-a:", "a:v", "app-a:w", "app-%3A%:v"];
  for (const key of keys) assert.equal(bucketOf(key), undefined, key);
  assert.equal(parseNames("{bucket}-")!.bucketOf("wharf-version-1"), undefined);
  assert.equal(parseNames("app:"), undefined);
});
