/** Where a value of the configuration came from, or should have come from. */
export type Place =
  | { readonly kind: "default" }
  | {
    readonly kind: "file";
    /** The file as messages show it: seen from the working directory where that is shorter. */
    readonly file: string;
    /** From 1. */
    readonly line: number;
    /** From 1, in UTF-16 units as editors count. */
    readonly column: number;
  }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "folder"; readonly path: string };

/** The place of a value that nobody set. */
export const DEFAULT_PLACE: Place = { kind: "default" };

/** A place as messages start with it: `.wash/config.yaml:7:3`. */
export function formatPlace(place: Place): string {
  switch (place.kind) {
    case "default":
      return "default";
    case "file":
      return `${place.file}:${place.line}:${place.column}`;
    case "environment":
      return `environment variable ${place.name}`;
    case "flag":
      return `--${place.name}`;
    case "folder":
      return place.path;
  }
}
