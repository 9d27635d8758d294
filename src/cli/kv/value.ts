/**
 * Values on command lines and in files.
 *
 * @module
 */

import { resolve } from "node:path";
import { fromBase64 } from "../../keyvalue/dump/json_value.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import type { Flag } from "../arguments.ts";
import { UsageError } from "../command.ts";
import { KvFault } from "./fault.ts";
import { type Call, flagText } from "./subcommand.ts";

/** Where a value that is written comes from. */
export const VALUE_FLAGS: readonly Flag[] = [
  {
    name: "file",
    short: "f",
    value: "FILE",
    doc: "Take the value from a file; - is stdin",
  },
  { name: "base64", doc: "The value is written in base64" },
];

/**
 * The value that a command line gives.
 *
 * @param written The positional; `undefined` if there is none.
 * @throws {UsageError} It gives none, or two.
 * @throws {KvFault} `input`: the file cannot be read, or is no base64.
 */
export async function valueOf(
  call: Call,
  written: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = flagText(call, "file");
  if ((written === undefined) === (file === undefined)) {
    throw new UsageError(
      `Cannot tell the value: ${
        file === undefined ? "there is none" : "it is given twice"
      }; write it behind the key, or --file FILE, or --file - for stdin`,
    );
  }
  const source = file ?? (written === "-" ? "-" : undefined);
  const bytes = source === undefined
    ? new TextEncoder().encode(written)
    : await readAll(call, source);
  if (call.flags["base64"] !== true) return bytes;
  const decoded = fromBase64(new TextDecoder().decode(bytes));
  if (decoded !== undefined) return decoded;
  throw new KvFault(
    "input",
    `Cannot read the value${
      source === undefined ? "" : ` in ${quote(source)}`
    }: it is no base64`,
  );
}

async function readAll(
  { context }: Call,
  source: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source === "-") return await new Response(context.streams.stdin).bytes();
  try {
    return await Deno.readFile(resolve(context.cwd, source));
  } catch (cause) {
    throw fileFault("read", source, cause);
  }
}

/** What the system says of a file, as a fault; anything else as it is. */
export function fileFault(act: string, path: string, cause: unknown): unknown {
  const state = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "it is not permitted"
    : cause instanceof Deno.errors.IsADirectory
    ? "it is a folder"
    : cause instanceof Deno.errors.NotADirectory
    ? "a folder in its path is a file"
    : undefined;
  if (state === undefined) return cause;
  return new KvFault("input", `Cannot ${act} ${quote(path)}: ${state}`, {
    cause,
  });
}
