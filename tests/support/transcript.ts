/**
 * Terminal transcripts in Markdown: a line that begins with `$ ` is typed, the lines behind it
 * are what it prints.
 *
 * @module
 */

import assert from "node:assert/strict";

/** One command, and what it prints. */
export interface Typed {
  readonly command: string;
  readonly output: string;
}

/** The address that documents name. */
const DOCUMENTED_URL = "http://127.0.0.1:8000";

/**
 * Every command of the document's blocks of one kind, in order.
 *
 * @param kind What stands behind the fence: `console` for what is typed while a server runs.
 */
export function readTranscript(
  markdown: string,
  kind: "console" | "shell-session" = "console",
): Typed[] {
  const typed: Typed[] = [];
  const blocks = new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``, "g");
  for (const [, block] of markdown.matchAll(blocks)) {
    for (const part of block!.split(/^\$ /m).slice(1)) {
      const end = part.indexOf("\n");
      typed.push({ command: part.slice(0, end), output: part.slice(end + 1) });
    }
  }
  assert.ok(typed.length > 0, "the document has no transcript");
  return typed;
}

/** Types every command and compares what it prints to the byte. */
export async function runTranscript(
  typed: readonly Typed[],
  url: string,
): Promise<void> {
  for (const { command, output } of typed) {
    const { stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        command.replace(/^curl /, "curl -sS ").replaceAll(DOCUMENTED_URL, url),
      ],
      stderr: "inherit",
    }).output();
    assert.equal(new TextDecoder().decode(stdout), output, command);
  }
}
