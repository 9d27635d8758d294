/**
 * A bucket as a file, which any store can read back: lines of JSON. The first one is the header,
 * the last one counts the keys, so that a dump that was cut short is not taken for a whole.
 *
 * ```jsonl
 * {"wharf":1,"bucket":"sessions","store":"redis","counted":true}
 * {"key":"a","value":"text"}
 * {"key":"b","base64":"AP8=","expires":"2030-01-01T00:00:00.000Z"}
 * {"end":2}
 * ```
 *
 * @module
 */

import { quote } from "../key_encoding.ts";
import { fromBase64, toJson } from "./json_value.ts";

/** The version of the format. */
const FORMAT = 1;

/** What a dump says of itself. */
export interface DumpHeader {
  readonly bucket?: string;
  readonly store?: string;
  /** Whether a last line counts the keys. */
  readonly counted?: boolean;
}

/** One key in a dump. */
export interface DumpedKey {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
  readonly expires?: Date | undefined;
}

/** A line of a dump behind the header, or what is wrong with it. */
export type DumpLine =
  | { readonly kind: "key"; readonly entry: DumpedKey }
  | { readonly kind: "end"; readonly keys: number }
  | { readonly kind: "wrong"; readonly problem: string };

/** The first line, without its end. */
export function formatHeader(header: DumpHeader): string {
  return JSON.stringify({ wharf: FORMAT, ...header });
}

/** The line of a key, without its end. */
export function formatKey({ key, value, expires }: DumpedKey): string {
  return JSON.stringify({
    key,
    ...toJson(value),
    ...(expires === undefined ? {} : { expires: expires.toISOString() }),
  });
}

/** The last line, without its end. */
export function formatEnd(keys: number): string {
  return JSON.stringify({ end: keys });
}

/** Reads the first line; a text says what is wrong with it. */
export function parseHeader(line: string): DumpHeader | string {
  const read = parseObject(line);
  if (typeof read === "string") return read;
  const { wharf, bucket, store, counted } = read;
  if (wharf === undefined) {
    return `it is no header of an export; the first line is {"wharf":${FORMAT}}`;
  }
  if (wharf !== FORMAT) {
    return `its format is ${
      quote(JSON.stringify(wharf))
    }; this Wharf reads format ${FORMAT}`;
  }
  return {
    ...(typeof bucket === "string" ? { bucket } : {}),
    ...(typeof store === "string" ? { store } : {}),
    counted: counted === true,
  };
}

/** Reads any other line. */
export function parseLine(line: string): DumpLine {
  const read = parseObject(line);
  if (typeof read === "string") return wrong(read);
  const { key, value, base64, expires, end, ...rest } = read;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return wrong(`unknown field ${quote(unknown)}`);
  if (end !== undefined) {
    return typeof end === "number" && Number.isSafeInteger(end)
      ? { kind: "end", keys: end }
      : wrong('"end" is no number of keys');
  }
  if (typeof key !== "string") return wrong('"key" is no text');
  if (!key.isWellFormed()) {
    return wrong('"key" holds a lone surrogate, which no store keeps');
  }
  if ((value === undefined) === (base64 === undefined)) {
    return wrong('one of "value" and "base64" is needed');
  }
  const bytes = bytesOf(value, base64);
  if (typeof bytes === "string") return wrong(bytes);
  if (expires === undefined) {
    return { kind: "key", entry: { key, value: bytes } };
  }
  const until = typeof expires === "string" ? new Date(expires) : undefined;
  if (until === undefined || Number.isNaN(until.getTime())) {
    return wrong('"expires" is no time such as "2030-01-31T00:00:00.000Z"');
  }
  return { kind: "key", entry: { key, value: bytes, expires: until } };
}

function bytesOf(
  value: unknown,
  base64: unknown,
): Uint8Array<ArrayBuffer> | string {
  if (value !== undefined) {
    if (typeof value !== "string") return '"value" is no text';
    return value.isWellFormed()
      ? new TextEncoder().encode(value)
      : '"value" holds a lone surrogate; write its bytes as "base64"';
  }
  const bytes = typeof base64 === "string" ? fromBase64(base64) : undefined;
  return bytes ?? '"base64" is no base64';
}

function parseObject(line: string): Record<string, unknown> | string {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null && !Array.isArray(read)
      ? read as Record<string, unknown>
      : "it is no object";
  } catch (error) {
    if (error instanceof SyntaxError) return "it is no JSON";
    throw error;
  }
}

function wrong(problem: string): DumpLine {
  return { kind: "wrong", problem };
}
