/**
 * `kv put` and `kv swap`: set a key.
 *
 * @module
 */

import { quote } from "../../keyvalue/key_encoding.ts";
import type { Bucket, Version } from "../../keyvalue/store.ts";
import { printable } from "../../log.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, openBucket } from "./target.ts";
import { VALUE_FLAGS, valueOf } from "./value.ts";

/** Sets a value. */
export const put: Subcommand = {
  usage: "put KEY [VALUE]",
  does: "Set a key",
  flags: [
    ...BUCKET_FLAGS,
    ...VALUE_FLAGS,
    {
      name: "ttl",
      value: "DURATION",
      doc: "How long the key is there: 500ms, 30s, 5m, 1h or 7d",
    },
    { name: "if-absent", doc: "Only if the key is not there" },
    {
      name: "if-version",
      value: "VERSION",
      doc: "Only if the key is at this version, as get --format json tells it",
    },
  ],
  notes: "The VALUE - is stdin, too.",
  takes: { least: 1, most: 2 },
  async run(call) {
    const [key = "", written] = call.positionals;
    const ttl = timeToLive(call);
    const condition = conditionOf(call);
    if (condition !== undefined && ttl !== undefined) {
      throw new UsageError(
        "Cannot use --ttl with a condition: a store compares and sets a value without one",
      );
    }
    const value = await valueOf(call, written);
    const bucket = await openBucket(call);
    if (condition !== undefined) {
      const version = await exchange(bucket, {
        act: "put",
        key,
        version: condition.version,
        value,
      });
      return await tell(call, { key, bytes: value.length, version });
    }
    await bucket.set(key, value, ttl === undefined ? {} : { ttl });
    return await tell(call, { key, bytes: value.length });
  },
};

/** Sets a value that has not changed since it was read. */
export const swap: Subcommand = {
  usage: "swap KEY VERSION [VALUE]",
  does: "Set a key if it is still at a version",
  flags: [...BUCKET_FLAGS, ...VALUE_FLAGS],
  notes: "get --format json tells the version; a swap prints the new one.",
  takes: { least: 2, most: 3 },
  async run(call) {
    const [key = "", version = "", written] = call.positionals;
    const value = await valueOf(call, written);
    const bucket = await openBucket(call);
    const asked = { act: "swap", key, version, value };
    const after = await exchange(bucket, asked);
    if (!call.json) {
      await call.output.line(printable(after));
      return 0;
    }
    return await tell(call, { key, bytes: value.length, version: after });
  },
};

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function timeToLive(call: Call): number | undefined {
  const text = flagText(call, "ttl");
  if (text === undefined) return undefined;
  const [, digits = "", unit = ""] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ??
    [];
  const milliseconds = Number(digits) * (UNITS[unit] ?? 0);
  if (milliseconds > 0 && Number.isSafeInteger(milliseconds)) {
    return milliseconds;
  }
  throw new UsageError(
    `Cannot use --ttl "${text}": it is no duration such as 500ms, 30s, 5m, 1h or 7d`,
  );
}

function conditionOf(
  call: Call,
): { readonly version: Version | undefined } | undefined {
  const version = flagText(call, "if-version");
  const absent = call.flags["if-absent"] === true;
  if (absent && version !== undefined) {
    throw new UsageError(
      "Cannot use --if-absent and --if-version together: no key is both",
    );
  }
  return absent || version !== undefined ? { version } : undefined;
}

interface Exchange {
  readonly act: string;
  readonly key: string;
  readonly version: Version | undefined;
  readonly value: Uint8Array;
}

/** Sets the value if the key is at the version, and returns the new one. */
async function exchange(
  bucket: Bucket,
  { act, key, version, value }: Exchange,
): Promise<Version> {
  const swapped = await bucket.swap(key, version, value);
  if (swapped.swapped) return swapped.version;
  const { current } = swapped;
  const state = current === undefined
    ? "it is absent"
    : `it is at version ${quote(current.version)}`;
  const wanted = version === undefined
    ? "and not absent"
    : `and not at ${quote(version)}`;
  throw new KvFault(
    "conflict",
    `Cannot ${act} ${quote(key)}: ${state}, ${wanted}`,
  );
}

interface Written {
  readonly key: string;
  readonly bytes: number;
  readonly version?: Version;
}

async function tell({ json, output }: Call, written: Written): Promise<number> {
  const { key, bytes } = written;
  await output.line(
    json
      ? JSON.stringify(written)
      : printable(`Set ${quote(key)}, ${bytes} bytes`),
  );
  return 0;
}
