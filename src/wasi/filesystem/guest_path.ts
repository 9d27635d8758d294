/**
 * A path as a guest writes it.
 *
 * @module
 */

import { refused } from "./error_code.ts";

/** What a path is made of. */
export interface GuestPath {
  /** Its components, `.` and empty ones left out. */
  readonly components: readonly string[];
  /** Whether it can only mean a directory: it ends in `/` or `.`. */
  readonly isDirectory: boolean;
}

/** What Linux allows; a longer one would be refused by the system too, component by component. */
const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;

const encoder = new TextEncoder();

/** Where a component may not hold what is a separator or names a device or a stream. */
const FOREIGN = Deno.build.os === "windows" ? /[\0\\:]/ : /\0/;

/**
 * Takes a guest's path apart.
 *
 * @throws {WitError} It is empty, absolute, too long, or no path at all.
 */
export function parseGuestPath(path: string): GuestPath {
  checkPathText(path);
  const parts = path.split("/");
  const last = parts.at(-1)!;
  return {
    components: parts.filter((part) => part !== "" && part !== "."),
    isDirectory: last === "" || last === "." || last === "..",
  };
}

/**
 * Refuses the text of a path, or of a symbolic link, that can stand for nothing in a volume.
 *
 * @throws {WitError} It is empty, absolute, too long, or no path at all.
 */
export function checkPathText(path: string): void {
  if (path === "") throw refused("no-entry");
  if (path.length > LONGEST_PATH || byteLength(path) >= LONGEST_PATH) {
    throw refused("name-too-long");
  }
  if (FOREIGN.test(path)) throw refused("invalid");
  if (path.startsWith("/")) throw refused("not-permitted");
  if (path.split("/").some((part) => byteLength(part) > LONGEST_NAME)) {
    throw refused("name-too-long");
  }
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
