import type { DocumentNode, Reading } from "./document.ts";
import { formatIssue } from "./config_error.ts";
import type { Place } from "./place.ts";

/** A reading as text for assertions: a line for each value, `3:5 dev@3:3.address@4:3 = "x"`, or its issues. */
export function outline(reading: Reading): string[] {
  if (reading.issues.length > 0) return reading.issues.map(formatIssue);
  return reading.root === undefined ? [] : linesOf(reading.root, "");
}

function linesOf(node: DocumentNode, path: string): string[] {
  const at = position(node.place);
  switch (node.kind) {
    case "scalar":
      return [`${at} ${path} = ${JSON.stringify(node.value) ?? node.source}`];
    case "list":
      return [
        `${at} ${path} list`,
        ...node.items.flatMap((item, index) =>
          linesOf(item, `${path}[${index}]`)
        ),
      ];
    case "map":
      return [
        `${at} ${path} map`,
        ...node.entries.flatMap(({ key, keyPlace, value }) =>
          linesOf(value, `${path}.${key}@${position(keyPlace)}`)
        ),
      ];
  }
}

function position(place: Place): string {
  return place.kind === "file" ? `${place.line}:${place.column}` : place.kind;
}
