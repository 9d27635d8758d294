/**
 * The file name of a key and the folder name of a bucket.
 *
 * A name that the file system can hold stands for itself, as wash writes it. Any other
 * text is escaped: `%~` (a key) or `%+` (a bucket) and the text with its bytes
 * percent-encoded; or `%~~` or `%+~` and a SHA-256 where that is too long, and the text
 * stands in the file (`box.ts`) or the folder (`bucket_folder.ts`).
 *
 * So what wash wrote under a name that begins with `%~`, `%+` or `.wharf` is not found.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** How the names of one folder are made. They are fixed when the folder is first used: see `layout.ts`. */
export interface NameRules {
  /**
   * `exact`: the file system keeps any two names apart and takes every character but `/`.
   * `portable`: it does not (macOS, Windows); capitals and the like are escaped too.
   */
  readonly names: "exact" | "portable";
  /** The longest file name in bytes. */
  readonly longest: number;
}

/** Where Wharf keeps what is no key. In a bucket's folder, names that begin so are no keys. */
export const HIDDEN_FOLDER = ".wharf";

/** What begins an escaped name. Keys and buckets can stand in one folder, so they differ. */
const PREFIXES = { key: "%~", bucket: "%+" } as const;
const HASHED_NAME = /^%[~+]~[0-9a-f]{64}$/;
/** `.fskv-tmp-` begins the temporary files of wash. */
const NO_KEY = /^(%\+|\.wharf|\.fskv-tmp-)|\ufffd/;
const NO_BUCKET = /^(%~|\.wharf|\.fskv-tmp-)|\ufffd/;
const NEVER_LITERAL = /^\.{0,2}$|^(%[~+]|\.wharf|\.fskv-tmp-)|[/\p{Cc}\ufffd]/u;
const PORTABLE = /^[a-z0-9_.=@+,-](?:[a-z0-9_.=@+, -]*[a-z0-9_=@+,-])?$/;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/;

const encoder = new TextEncoder();

/** What a name on disk stands for. */
export type Named = keyof typeof PREFIXES;

/** The name a key or bucket has on disk. */
export function encodeName(
  text: string,
  rules: NameRules,
  named: Named = "key",
): string {
  return isLiteral(text, rules) ? text : escapeName(text, rules, named);
}

/** The name on disk that says the text by escapes, also where the text itself would do. */
export function escapeName(
  text: string,
  rules: NameRules,
  named: Named = "key",
): string {
  const prefix = PREFIXES[named];
  if (text.length <= rules.longest) {
    const escaped = prefix + percentEncode(text, rules);
    if (escaped.length <= rules.longest) return escaped;
  }
  return `${prefix}~${createHash("sha256").update(text).digest("hex")}`;
}

/** Whether the name is a hash, so that the text stands in the file. */
export function isHashed(name: string): boolean {
  return HASHED_NAME.test(name);
}

/** The key that a file name stands for, if any; not for {@linkcode isHashed} names. */
export function decodeName(name: string): string | undefined {
  if (!name.startsWith(PREFIXES.key)) {
    return NO_KEY.test(name) ? undefined : name;
  }
  try {
    return decodeURIComponent(name.slice(PREFIXES.key.length));
  } catch {
    return undefined;
  }
}

/** The bucket that a folder name stands for, if any; not for {@linkcode isHashed} names. */
export function decodeBucketName(name: string): string | undefined {
  if (!name.startsWith(PREFIXES.bucket)) {
    return NO_BUCKET.test(name) ? undefined : name;
  }
  try {
    return decodeURIComponent(name.slice(PREFIXES.bucket.length));
  } catch {
    return undefined;
  }
}

function isLiteral(text: string, rules: NameRules): boolean {
  if (text.length > rules.longest || NEVER_LITERAL.test(text)) return false;
  if (rules.names === "portable") {
    return PORTABLE.test(text) && !WINDOWS_DEVICE.test(text);
  }
  return text.length * 3 <= rules.longest ||
    encoder.encode(text).length <= rules.longest;
}

function percentEncode(text: string, rules: NameRules): string {
  const plain = rules.names === "exact"
    ? /[^A-Za-z0-9_.=@+,-]+/gu
    : /[^a-z0-9_.=@+,-]+|\.$/gu;
  return text.replace(plain, (run) => {
    let escapes = "";
    for (const byte of encoder.encode(run)) {
      escapes += `%${byte.toString(16).padStart(2, "0")}`;
    }
    return escapes;
  });
}
