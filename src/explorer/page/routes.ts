/**
 * Where the page is, as the part of its address behind `#`. Names of buckets and keys are any
 * text: each is one percent-encoded segment, the empty one a `~`.
 *
 * @module
 */

/** A place in the page. */
export type Route =
  | {
    readonly view: "buckets";
    readonly bucket?: string;
    readonly key?: string;
  }
  | { readonly view: "requests"; readonly id?: string }
  | { readonly view: "component" };

/** The route of a `location.hash`; the list of buckets for what is none. */
export function parseRoute(hash: string): Route {
  const [view, ...segments] = hash.replace(/^#\/?/, "").split("/");
  const [first, second] = segments.map(decodeSegment);
  switch (view) {
    case "requests":
      return { view, ...(first !== undefined && { id: first }) };
    case "component":
      return { view };
    default:
      return {
        view: "buckets",
        ...(first !== undefined && { bucket: first }),
        ...(first !== undefined && second !== undefined && { key: second }),
      };
  }
}

/** The `#…` that {@linkcode parseRoute} reads as that route. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case "buckets":
      return "#/" +
        ["buckets", ...segmentsOf(route.bucket, route.key)].join("/");
    case "requests":
      return "#/" + ["requests", ...segmentsOf(route.id)].join("/");
    case "component":
      return "#/component";
  }
}

function segmentsOf(...texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined).map(encodeSegment);
}

function encodeSegment(text: string): string {
  if (text === "") return "~";
  // Half a pair has no encoding, and no store would keep it.
  return text === "~" ? "%7E" : encodeURIComponent(text.toWellFormed());
}

/** `undefined` for what no name encodes to: the address line is the user's. */
function decodeSegment(segment: string): string | undefined {
  if (segment === "") return undefined;
  if (segment === "~") return "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
