/** A key and its value, as a client sends them. */
export interface Entry {
  key: string;
  value: string;
}

const EXPECTED = 'expected {"key":"...","value":"..."}';

/** Reads an entry out of a request's body, or says in one line why it is none. */
export function parseEntry(body: Uint8Array): Entry | string {
  if (body.length === 0) {
    return `the body is empty, ${EXPECTED}`;
  }
  let json: string;
  try {
    // `fatal` refuses what is not UTF-8; without it U+FFFD would be stored in its
    // place. `ignoreBOM` hands a leading U+FEFF on to JSON.parse, which refuses it.
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    json = decoder.decode(body);
  } catch {
    return `the body is not UTF-8, ${EXPECTED}`;
  }
  let entry: unknown;
  try {
    entry = JSON.parse(json);
  } catch (error) {
    return `${faultIn(error)}, ${EXPECTED}`;
  }
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return `not an object, ${EXPECTED}`;
  }
  const { key, value } = entry as Partial<Record<string, unknown>>;
  if (typeof key !== "string" || typeof value !== "string") {
    return `"key" and "value" have to be strings, ${EXPECTED}`;
  }
  // JSON can spell half a character ("\ud83d"), which UTF-8 has no bytes for.
  if (!key.isWellFormed() || !value.isWellFormed()) {
    return `a "\\u" escape is half of a surrogate pair, ${EXPECTED}`;
  }
  return { key, value };
}

/** What JSON.parse says is wrong: it may quote the body, line breaks and all. */
function faultIn(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^JSON\.parse: /, "").replace(/\s+/g, " ");
}
