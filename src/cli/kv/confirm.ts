/**
 * Asks a person before something is lost.
 *
 * @module
 */

import { printable } from "../../log.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import type { Call } from "./subcommand.ts";

/** What is asked. */
export interface Question {
  readonly question: string;
  /** What is not done without a yes: `delete bucket "x"`. */
  readonly act: string;
}

/**
 * Resolves if the person says yes.
 *
 * @throws {UsageError} There is nobody to ask.
 * @throws {KvFault} `conflict`: the answer is no.
 */
export async function confirm(
  { context }: Call,
  { question, act }: Question,
): Promise<void> {
  const { stdin, terminals } = context.streams;
  if (!terminals.stdin) {
    throw new UsageError(
      `Cannot ${act}: there is no terminal to ask at; --yes deletes without asking`,
    );
  }
  context.printError(printable(`${question} [y/N]`));
  if (/^\s*y(es)?\s*$/i.test(await firstLine(stdin))) return;
  throw new KvFault("conflict", `Cannot ${act}: the answer was not yes`);
}

async function firstLine(stdin: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stdin.getReader();
  try {
    const decoder = new TextDecoder();
    let line = "";
    while (!line.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) break;
      line += decoder.decode(value, { stream: true });
    }
    return line.split("\n")[0]!;
  } finally {
    reader.releaseLock();
  }
}
