/**
 * `kv history` and `kv watch`: what a key was, and what happens to keys.
 *
 * @module
 */

import { textOf, toJson } from "../../keyvalue/dump/json_value.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import type { Change, Revision } from "../../keyvalue/store.ts";
import { printable } from "../../log.ts";
import { stopSignals } from "../stop_signals.ts";
import { flagCount, flagText, type Subcommand } from "./subcommand.ts";
import {
  BUCKET_FLAGS,
  cannot,
  missingKey,
  openExisting,
  placeOf,
} from "./target.ts";

/** Prints what a key was. */
export const history: Subcommand = {
  usage: "history KEY",
  does: "Print what a key was, oldest first",
  flags: BUCKET_FLAGS,
  takes: { least: 1, most: 1 },
  async run(call) {
    const key = call.positionals[0]!;
    const { json, output } = call;
    const place = await placeOf(call);
    const bucket = await openExisting(place);
    if (bucket !== undefined && bucket.history === undefined) {
      throw cannot("read a history in", place, "keeps none");
    }
    const revisions = await bucket?.history?.(key) ?? [];
    if (revisions.length === 0) {
      throw missingKey("read the history of", key, place);
    }
    if (json) {
      const shown = { key, revisions: revisions.map(inJson) };
      await output.line(JSON.stringify(shown));
      return 0;
    }
    for (const revision of revisions) await output.line(inText(revision));
    return 0;
  },
};

/** Prints changes as they come. */
export const watch: Subcommand = {
  usage: "watch",
  does: "Print each change of a bucket's keys from now on; Ctrl-C ends it",
  flags: [
    ...BUCKET_FLAGS,
    { name: "prefix", value: "TEXT", doc: "Only keys that start with it" },
    { name: "limit", value: "N", doc: "Stop after so many changes" },
  ],
  takes: { least: 0, most: 0 },
  async run(call) {
    const { json, output, context } = call;
    const prefix = flagText(call, "prefix");
    let left = flagCount(call, "limit") ?? Infinity;
    const place = await placeOf(call);
    const bucket = await place.open();
    if (bucket.watch === undefined) {
      throw cannot("watch", place, "cannot tell of changes");
    }
    using stop = stopSignals();
    const ending = new AbortController();
    stop.requested.then(() => ending.abort());
    const changes = bucket.watch({
      signal: ending.signal,
      ...(prefix === undefined ? {} : { prefix }),
    });
    if (context.streams.terminals.stderr) {
      context.printError(
        printable(`Watching ${quote(place.name)} in ${place.location}`),
      );
    }
    for await (const change of changes) {
      await output.line(json ? changeInJson(change) : changeInText(change));
      await output.flush();
      if (--left === 0) break;
    }
    ending.abort();
    return 0;
  },
};

function inJson(revision: Revision) {
  const at = revision.at.toISOString();
  if (revision.kind === "delete") {
    return { kind: "delete", version: revision.version, at };
  }
  const { value, version } = revision.entry;
  return { kind: "set", version, at, ...toJson(value) };
}

function inText(revision: Revision): string {
  const { kind, at } = revision;
  return kind === "delete"
    ? `${at.toISOString()}  version ${revision.version}  deleted`
    : `${at.toISOString()}  version ${revision.entry.version}  ${
      shown(revision.entry.value)
    }`;
}

function changeInJson(change: Change): string {
  const { kind, key } = change;
  if (change.kind === "delete") return JSON.stringify({ kind, key });
  const { value, version } = change.entry;
  return JSON.stringify({ kind, key, version, ...toJson(value) });
}

function changeInText(change: Change): string {
  const { kind, key } = change;
  return change.kind === "delete"
    ? `${kind} ${printable(key)}`
    : `${kind} ${printable(key)} = ${shown(change.entry.value)}`;
}

const SHOWN_CHARACTERS = 200;

/** A value on one line. */
function shown(value: Uint8Array): string {
  const text = textOf(value);
  return text === undefined || text.length > SHOWN_CHARACTERS
    ? `(${value.length} bytes)`
    : printable(text);
}
