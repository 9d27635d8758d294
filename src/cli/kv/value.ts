/**
 * Values on command lines, in JSON and in files.
 *
 * @module
 */

import { resolve } from "node:path";
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

/** What no line of text holds: a terminal would obey it. */
const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/u;

/** The text that bytes are; `undefined` if they are none that can be shown. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    return UNPRINTABLE.test(text) ? undefined : text;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A value in JSON: as text where it is one, else in base64. */
export type JsonValue =
  | { readonly value: string }
  | { readonly base64: string };

/** Bytes as they stand in JSON. */
export function toJson(bytes: Uint8Array<ArrayBuffer>): JsonValue {
  const text = textOf(bytes);
  return text === undefined ? { base64: bytes.toBase64() } : { value: text };
}

/** The bytes that base64 stands for; `undefined` if it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

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
