/**
 * `kv get`: one value.
 *
 * @module
 */

import { resolve } from "node:path";
import { textOf, toJson } from "../../keyvalue/dump/json_value.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import type { Bucket, Entry } from "../../keyvalue/store.ts";
import type { Flag } from "../arguments.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import type { Place } from "./places.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import {
  BUCKET_FLAGS,
  cannot,
  missingKey,
  openExisting,
  placeOf,
} from "./target.ts";
import { fileFault } from "./value.ts";

const FORMS: readonly Flag[] = [
  { name: "raw", doc: "Write the bytes as they are, and nothing else" },
  {
    name: "file",
    short: "f",
    value: "FILE",
    doc: "Write the bytes to a file",
  },
  { name: "base64", doc: "Write the value in base64" },
];

/** Prints a value. */
export const get: Subcommand = {
  usage: "get KEY",
  does: "Print a value",
  flags: [
    ...BUCKET_FLAGS,
    ...FORMS,
    {
      name: "revision",
      value: "VERSION",
      doc: "What the key was at this version, in a store that keeps history",
    },
  ],
  notes: "A value that is no text needs --raw, --file or --base64.",
  takes: { least: 1, most: 1 },
  async run(call) {
    const key = call.positionals[0]!;
    checkForm(call);
    const place = await placeOf(call);
    const bucket = await openExisting(place);
    const version = flagText(call, "revision");
    const entry = bucket &&
      (version === undefined
        ? await bucket.get(key)
        : await revisionOf(bucket, { key, version, place }));
    if (bucket === undefined || entry === undefined) {
      throw missingKey("get", key, place);
    }
    const expires = version === undefined
      ? await bucket.expiry(key)
      : undefined;
    await write(call, { key, entry, expires });
    return 0;
  },
};

function checkForm({ flags, json }: Call): void {
  const given = FORMS.filter(({ name }) => flags[name] !== undefined)
    .map(({ name }) => `--${name}`);
  // In JSON a value has a form of its own; a file has none.
  if (json && flags["file"] === undefined) given.push("--format json");
  if (given.length < 2) return;
  throw new UsageError(
    `Cannot use ${
      given.join(" and ")
    } together: a value is written in one form`,
  );
}

async function revisionOf(
  bucket: Bucket,
  { key, version, place }: {
    readonly key: string;
    readonly version: string;
    readonly place: Place;
  },
): Promise<Entry> {
  if (bucket.history === undefined) {
    throw cannot("get an earlier value from", place, "keeps no history");
  }
  for (const revision of await bucket.history(key)) {
    if (revision.kind === "set" && revision.entry.version === version) {
      return revision.entry;
    }
  }
  throw new KvFault(
    "no-such-key",
    `Cannot get ${quote(key)}: its history has no version ${
      quote(version)
    }; "kv history" lists those it has`,
  );
}

interface Found {
  readonly key: string;
  readonly entry: Entry;
  readonly expires: Date | undefined;
}

async function write(call: Call, { key, entry, expires }: Found) {
  const { value, version } = entry;
  const { flags, json, output, context } = call;
  const file = flagText(call, "file");
  if (file !== undefined) {
    try {
      await Deno.writeFile(resolve(context.cwd, file), value);
    } catch (cause) {
      throw fileFault("write", file, cause);
    }
  }
  if (json) {
    const shown = file === undefined
      ? toJson(value)
      : { file, bytes: value.length };
    const until = expires && { expires: expires.toISOString() };
    await output.line(JSON.stringify({ key, ...shown, version, ...until }));
    return;
  }
  if (file !== undefined) return;
  if (flags["raw"] === true) return await output.bytes(value);
  if (flags["base64"] === true) return await output.line(value.toBase64());
  const text = textOf(value);
  if (text === undefined) {
    throw new KvFault(
      "input",
      `Cannot print ${quote(key)}: its ${value.length} bytes are no text; ` +
        `use --raw, --file FILE or --base64`,
    );
  }
  await output.line(text);
}
