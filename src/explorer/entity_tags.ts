/**
 * Versions of keys as entity tags. RFC 9110, 8.8.3 and 13.1.
 *
 * @module
 */

import type { Version } from "../keyvalue/store.ts";
import { Refusal } from "./problem.ts";

/** What `If-Match` and `If-None-Match` name: any version there is, or these. */
export type NamedVersions = "any" | readonly Version[];

const TAG = /^[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/;

/** The tag of a version. */
export function entityTag(version: Version): string {
  return `"${version}"`;
}

/**
 * The versions that a header line names.
 *
 * @param comparison Whether tags that are marked as weak count. `If-Match` leaves them out.
 */
export function parseTags(
  name: string,
  line: string,
  comparison: "strong" | "weak",
): NamedVersions {
  if (line.trim() === "*") return "any";
  const versions: Version[] = [];
  for (let rest = line; rest.trim() !== "";) {
    const match = TAG.exec(rest);
    if (match === null) {
      throw new Refusal(
        "bad-request",
        `Cannot read ${name} "${line}": it is no list of entity tags; ` +
          `write the version in quotes, as ETag has it`,
      );
    }
    const [whole, weak, version = ""] = match;
    if (weak === undefined || comparison === "weak") versions.push(version);
    rest = rest.slice(whole.length);
  }
  return versions;
}
