/**
 * The path of a name on disk, and back: any text is a name, and no two texts share a path.
 *
 * What a file system can hold stands for itself, all else is percent-encoded. A name that is too
 * long for one file is cut into folders; those end in `~`, which no other name does.
 *
 * @module
 */

import { BlobError } from "../store.ts";

/** How many bytes a name may have; escaped and cut, it still fits into a path of Linux. */
const LONGEST_NAME = 1024;

/** How long a file's name gets; every file system in use takes 255 bytes. */
const LONGEST_PART = 200;

/**
 * What may stand for itself. Elsewhere than on Linux upper and lower case may be one, and so one
 * of them is escaped.
 */
const PLAIN = Deno.build.os === "linux"
  ? /[A-Za-z0-9_=@+,.!#$&'();\[\]^`{} -]/
  : /[a-z0-9_=@+,.-]/;

/** Names that Windows keeps for devices, and what file systems take off or hide. */
const NEVER_PLAIN = /^(?:\.|(?:con|prn|aux|nul|com\d|lpt\d)(?=$|\.))/i;

/** What stands for the empty name: an escape that says nothing. */
const EMPTY = "%";

const encoder = new TextEncoder();

/** The parts of a name's path: folders, and the file's name last. */
export function encodeName(name: string): readonly string[] {
  const bytes = encoder.encode(name);
  if (bytes.length > LONGEST_NAME || !name.isWellFormed()) {
    throw new BlobError(
      "bad-name",
      `Cannot use a name of ${bytes.length} bytes: ` +
        `allowed are ${LONGEST_NAME} bytes of Unicode text; use a shorter one`,
    );
  }
  const escaped = escapeBytes(name, bytes);
  const parts: string[] = [];
  let rest = escaped;
  while (rest.length > LONGEST_PART) {
    parts.push(`${rest.slice(0, LONGEST_PART)}~`);
    rest = rest.slice(LONGEST_PART);
  }
  return [...parts, rest];
}

/** The name that a path stands for; `undefined` where it is none of ours. */
export function decodeName(parts: readonly string[]): string | undefined {
  const folders = parts.slice(0, -1);
  if (folders.some((part) => !part.endsWith("~"))) return undefined;
  const escaped = folders.map((part) => part.slice(0, -1)).join("") +
    (parts.at(-1) ?? "");
  const name = escaped === EMPTY ? "" : unescapeText(escaped);
  if (name === undefined || encoder.encode(name).length > LONGEST_NAME) {
    return undefined;
  }
  // Another spelling of the name would be listed, and not be found.
  const path = encodeName(name);
  return path.length === parts.length &&
      path.every((part, index) => part === parts[index])
    ? name
    : undefined;
}

function escapeBytes(name: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return EMPTY;
  let escaped = "";
  for (const [index, byte] of bytes.entries()) {
    const char = String.fromCharCode(byte);
    const atEdge = index === 0 && NEVER_PLAIN.test(name) ||
      index === bytes.length - 1 && (char === "." || char === " ");
    escaped += byte < 128 && PLAIN.test(char) && !atEdge
      ? char
      : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return escaped;
}

function unescapeText(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return undefined;
  }
}
