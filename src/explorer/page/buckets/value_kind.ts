/**
 * What the bytes of a value look like. Nobody says what they are, so it is a guess that
 * chooses what is shown first; everything can be shown as bytes.
 *
 * @module
 */

/** What a value can be shown as. */
export type ValueKind =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "json"; readonly text: string; readonly pretty: string }
  | { readonly kind: "image"; readonly type: ImageType }
  | { readonly kind: "bytes" };

/** Images that every browser shows. */
export type ImageType =
  | "image/png"
  | "image/jpeg"
  | "image/gif"
  | "image/webp"
  | "image/svg+xml";

const SIGNATURES: readonly (readonly [ImageType, string])[] = [
  ["image/png", "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", "\xff\xd8\xff"],
  ["image/gif", "GIF87a"],
  ["image/gif", "GIF89a"],
];

/** Characters that no text has, though bytes that are none may decode to them. */
const CONTROLS = /[^\P{Cc}\t\n\r]/u;

/**
 * Guesses what a value is.
 *
 * @param bytes The value, or its beginning.
 * @param whole Whether that is all of it.
 */
export function kindOfValue(bytes: Uint8Array, whole: boolean): ValueKind {
  const image = imageTypeOf(bytes);
  if (image !== undefined) return { kind: "image", type: image };
  const text = textOf(bytes, whole);
  if (text === undefined || CONTROLS.test(text)) return { kind: "bytes" };
  if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<svg[\s>]/.test(text)) {
    return { kind: "image", type: "image/svg+xml" };
  }
  const pretty = whole ? prettyJson(text) : undefined;
  return pretty === undefined
    ? { kind: "text", text }
    : { kind: "json", text, pretty };
}

/** The text that the bytes are, if they are any. A character cut in two at the end is left out. */
export function textOf(bytes: Uint8Array, whole: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes, { stream: !whole });
  } catch {
    return undefined;
  }
}

/**
 * An object or an array with a line for each member; `undefined` for other text. A number or
 * a word alone is JSON too, but nobody would look for it there.
 */
export function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  return jsonFault(text) === undefined ? indentJson(text) : undefined;
}

/** Why a text is no JSON, as the parser says it; `undefined` if it is. */
export function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether a counter can have this value: what `increment` takes for a number. */
export function isCounter(bytes: Uint8Array): boolean {
  return bytes.length <= 20 &&
    /^-?[0-9]+$/.test(String.fromCharCode(...bytes));
}

function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  for (const [type, signature] of SIGNATURES) {
    if (head.startsWith(signature)) return type;
  }
  return head.startsWith("RIFF") && head.slice(8, 12) === "WEBP"
    ? "image/webp"
    : undefined;
}

/**
 * Sets spaces and line ends of JSON that was checked. It works on the text: parsed and written
 * again, long numbers would be others and of two members of one name one would be gone.
 */
function indentJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s"[\]{},:]+|[[\]{},:]/g) ??
    [];
  let out = "";
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    switch (token) {
      case "{":
      case "[":
        out += token;
        depth++;
        if (!"]}".includes(tokens[index + 1] ?? "]")) out += line();
        break;
      case "}":
      case "]":
        depth--;
        out += before === "{" || before === "[" ? token : line() + token;
        break;
      case ",":
        out += token + line();
        break;
      case ":":
        out += ": ";
        break;
      default:
        out += token;
    }
  });
  return out;
}
