/** The way to a value: names of keys, and numbers of list items from 0. */
export type KeyPath = readonly (string | number)[];

/** A key path as people write it: `dev.address`, `dev.components[0].name`, `build.env."a b"`. */
export function formatKey(path: KeyPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") {
      text += `[${part}]`;
      continue;
    }
    const name = /^[\w-]+$/.test(part) ? part : quoted(part);
    text += text === "" ? name : `.${name}`;
  }
  return text;
}

/** The longest text that a message repeats. */
const MAX_SHOWN = 60;

/** A text between quotes on one line, shortened, without anything a terminal would obey. */
export function quoted(text: string): string {
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return JSON.stringify(short).replace(
    /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
