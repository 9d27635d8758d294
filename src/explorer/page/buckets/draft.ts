/**
 * A value that is being written: in a field, as digits, or as a file.
 *
 * @module
 */

import { fromEditable, toEditable } from "./editable_text.ts";
import { formatHex, parseHex } from "./hex.ts";
import { parseTimeToLive } from "./time_to_live.ts";
import { jsonFault, kindOfValue, textOf } from "./value_kind.ts";

/** What the bytes are written as. */
export type DraftFormat = "text" | "json" | "hex" | "file";

/** When the key will be absent again. */
export type DraftExpiry =
  /** Never, unless the configuration of the bucket says when. */
  | { readonly kind: "never" }
  /** As it was before: at that time. */
  | { readonly kind: "keep"; readonly expires: number }
  | { readonly kind: "after"; readonly text: string };

/** What somebody has typed or chosen so far. */
export interface Draft {
  readonly format: DraftFormat;
  /** What is in the field. */
  readonly text: string;
  readonly lineEnd: "\n" | "\r\n";
  readonly file?: File;
  readonly expiry: DraftExpiry;
}

/** A draft of a key, and the version that it was made of; `undefined` when the key was absent. */
export interface KeptDraft {
  readonly version: string | undefined;
  readonly draft: Draft;
}

/** The draft of a new value. */
export const EMPTY_DRAFT: Draft = {
  format: "text",
  text: "",
  lineEnd: "\n",
  expiry: { kind: "never" },
};

/** A draft that, saved as it is, changes no byte and no expiry. */
export function draftOf(
  bytes: Uint8Array<ArrayBuffer>,
  expires?: number,
): Draft {
  const expiry: DraftExpiry = expires === undefined
    ? { kind: "never" }
    : { kind: "keep", expires };
  const text = textOf(bytes, true);
  const editable = text === undefined ? undefined : toEditable(text);
  const { kind } = kindOfValue(bytes, true);
  if (editable === undefined || kind === "bytes") {
    return { format: "hex", text: formatHex(bytes), lineEnd: "\n", expiry };
  }
  return { format: kind === "json" ? "json" : "text", ...editable, expiry };
}

/** The same bytes in another format; `undefined` where that cannot be. */
export function reformat(
  draft: Draft,
  format: DraftFormat,
): Draft | undefined {
  if (format === draft.format) return draft;
  if (format === "file") return { ...draft, format, text: "" };
  if (draft.format === "file") return { ...draft, format, text: "" };
  const bytes = bytesOf(draft);
  if (bytes === undefined) return undefined;
  if (format === "hex") return { ...draft, format, text: formatHex(bytes) };
  const text = textOf(bytes, true);
  const editable = text === undefined ? undefined : toEditable(text);
  return editable === undefined ? undefined : { ...draft, format, ...editable };
}

/** What keeps a draft from being saved, if anything. */
export function draftFault(
  draft: Draft,
  maxSize = Infinity,
): string | undefined {
  switch (draft.format) {
    case "file":
      if (draft.file === undefined) return "Choose a file";
      if (draft.file.size > maxSize) {
        return "The file is larger than a value may be";
      }
      break;
    case "hex":
      if (parseHex(draft.text) === undefined) {
        return "Two hexadecimal digits make a byte";
      }
      break;
    case "json": {
      const fault = jsonFault(draft.text);
      if (fault !== undefined) return `No JSON yet: ${fault}`;
      break;
    }
    case "text":
  }
  if ((bytesOf(draft)?.length ?? 0) > maxSize) {
    return "It is larger than a value may be";
  }
  const { expiry } = draft;
  if (expiry.kind === "after" && parseTimeToLive(expiry.text) === undefined) {
    return "A time is a number with its unit: 30s, 5m, 2h";
  }
}

/** The bytes of a draft that is no file; `undefined` where the digits are none. */
export function bytesOf(draft: Draft): Uint8Array<ArrayBuffer> | undefined {
  return draft.format === "hex"
    ? parseHex(draft.text)
    : new TextEncoder().encode(fromEditable(draft));
}

/** What is sent: the file as it is, or the bytes. */
export function bodyOf(
  draft: Draft,
): Uint8Array<ArrayBuffer> | Blob | undefined {
  return draft.format === "file" ? draft.file : bytesOf(draft);
}

/** Milliseconds that the value shall live; `undefined` for ever, at least 1 where time has run out. */
export function timeToLiveOf(
  { expiry }: Draft,
  now: number,
): number | undefined {
  switch (expiry.kind) {
    case "never":
      return undefined;
    case "keep":
      return Math.max(1, Math.round(expiry.expires - now));
    case "after":
      return parseTimeToLive(expiry.text);
  }
}
