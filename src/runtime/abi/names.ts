/**
 * How WIT names are spelt in JavaScript.
 *
 * @module
 */

/** `get-random-u64` to `getRandomU64`. */
export function camelCase(name: string): string {
  const [first = "", ...rest] = name.split("-");
  return first.toLowerCase() + rest.map(capitalized).join("");
}

/** `input-stream` to `InputStream`. */
export function pascalCase(name: string): string {
  return name.split("-").map(capitalized).join("");
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

/** What kind of function a WIT name stands for. */
export type FunctionName =
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "constructor"; readonly resource: string }
  | {
    readonly kind: "method" | "static";
    readonly resource: string;
    readonly name: string;
  };

/** Takes `[method]bucket.get` apart. */
export function parseFunctionName(name: string): FunctionName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(
    name,
  );
  if (match === null) return { kind: "function", name };
  const [, kind, resource = "", member = ""] = match;
  if (kind === "constructor") return { kind, resource };
  return {
    kind: kind === "method" ? "method" : "static",
    resource,
    name: member,
  };
}
