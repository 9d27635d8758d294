/** How long a file's name is made at most. */
const LONGEST = 100;

/** What some system takes for more than a letter, and what no eye sees. */
// deno-lint-ignore no-control-regex -- that is what it is for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\\/:*?"<>|\p{Bidi_Control}\p{Cf}]/gu;

/**
 * The `Content-Disposition` of a file that is saved and never shown. RFC 6266.
 *
 * @param wanted What it is named after; any text.
 * @param ending `.jsonl`, or nothing.
 */
export function attachment(wanted: string, ending = ""): string {
  const cleaned = wanted.slice(0, LONGEST).toWellFormed()
    .replace(UNSAFE, "_")
    // Hidden, or cut off by some systems.
    .replace(/^[.\s]+|[.\s]+$/g, "");
  const name = (cleaned === "" ? "value" : cleaned) + ending;
  const plain = name.replace(/[^\w.-]/g, "_");
  const encoded = encodeURIComponent(name)
    .replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
