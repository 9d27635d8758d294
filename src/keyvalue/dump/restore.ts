/**
 * What an export wrote, back into a bucket.
 *
 * @module
 */

import { eachOf } from "../batch.ts";
import { quote } from "../key_encoding.ts";
import { type Bucket, KeyValueError } from "../store.ts";
import { DumpError } from "./dump_error.ts";
import { type DumpedKey, parseHeader, parseLine } from "./dump_format.ts";
import { linesOf } from "./dump_lines.ts";

/** How many keys are written at once, and how many bytes before no more are added. */
const MOST_KEYS = 256;
const MOST_BYTES = 4 * 1024 * 1024;

/** What became of the keys; it counts while they are read. */
export interface RestoreCounts {
  imported: number;
  /** Left alone, for they were there. */
  present: number;
  /** Left out, for their time has come. */
  expired: number;
  bytes: number;
}

/** Nothing counted yet. */
export function noneRestored(): RestoreCounts {
  return { imported: 0, present: 0, expired: 0, bytes: 0 };
}

/** How a dump is read. */
export interface RestoreOptions {
  /** Whether keys are left alone that are there. */
  readonly ifAbsent: boolean;
  /** True to the keys written, after a failure too. */
  readonly counts: RestoreCounts;
  /** The most bytes of a value. Default: what the store takes. */
  readonly maxValueSize?: number;
  /** Called for each key that was written; no more are read until it resolves. */
  readonly written?: (bytes: number) => Promise<void> | void;
}

/**
 * Writes the keys of a dump as they are read. It stops at the first line that is wrong; the
 * lines before it are stored then.
 *
 * @throws {DumpError} A line is wrong, or the last one is missing.
 * @throws {KeyValueError} What the store said, with the lines that it concerns.
 */
export async function restore(
  bucket: Bucket,
  chunks: AsyncIterable<Uint8Array>,
  options: RestoreOptions,
): Promise<void> {
  const writer = new Writer(bucket, options);
  const { maxValueSize = Infinity } = options;
  let number = 0;
  let counted = false;
  let ended = false;
  let keys = 0;
  try {
    for await (const line of linesOf(chunks)) {
      number++;
      if (number === 1) {
        const header = parseHeader(line);
        if (typeof header === "string") throw lineFault(number, header);
        counted = header.counted === true;
        continue;
      }
      if (ended) throw lineFault(number, "it stands behind the last line");
      const read = parseLine(line);
      if (read.kind === "wrong") throw lineFault(number, read.problem);
      if (read.kind === "key") {
        keys++;
        const { length } = read.entry.value;
        if (length > maxValueSize) {
          throw new DumpError(
            "too-large",
            `Cannot import line ${number}: the value of ${
              quote(read.entry.key)
            } has ${length} bytes, and ${maxValueSize} are allowed`,
          );
        }
        await writer.add(read.entry, number);
        continue;
      }
      ended = true;
      if (read.keys !== keys) {
        throw lineFault(
          number,
          `it counts ${read.keys} keys, and there were ${keys}`,
        );
      }
    }
  } catch (error) {
    // The lines before a wrong one are stored; where the store fails, no further one is.
    if (error instanceof DumpError) await writer.flush();
    throw error;
  }
  await writer.flush();
  if (number === 0) throw lineFault(1, "there is none; the input is empty");
  if (counted && !ended) {
    throw new DumpError(
      "cut-short",
      `Cannot end the import: the export was cut short after line ${number}; ` +
        `the keys before it are stored`,
    );
  }
}

function lineFault(number: number, problem: string): DumpError {
  return new DumpError("malformed", `Cannot import line ${number}: ${problem}`);
}

/** Gathers keys and writes them many at once. */
class Writer {
  readonly #bucket: Bucket;
  readonly #options: RestoreOptions;
  /** By key: of a key that is named twice the later line holds, so it waits for the earlier. */
  #waiting = new Map<string, DumpedKey>();
  #bytes = 0;
  #firstLine = 0;
  #lastLine = 0;

  constructor(bucket: Bucket, options: RestoreOptions) {
    this.#bucket = bucket;
    this.#options = options;
  }

  async add(entry: DumpedKey, line: number): Promise<void> {
    if (this.#waiting.has(entry.key)) await this.flush();
    if (this.#waiting.size === 0) this.#firstLine = line;
    this.#lastLine = line;
    this.#waiting.set(entry.key, entry);
    this.#bytes += entry.value.length;
    if (this.#waiting.size >= MOST_KEYS || this.#bytes >= MOST_BYTES) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    const entries = [...this.#waiting.values()];
    if (entries.length === 0) return;
    this.#waiting = new Map();
    this.#bytes = 0;
    try {
      await this.#write(entries);
    } catch (cause) {
      if (!(cause instanceof KeyValueError)) throw cause;
      const lines = this.#firstLine === this.#lastLine
        ? `line ${this.#firstLine}`
        : `lines ${this.#firstLine} to ${this.#lastLine}`;
      throw new KeyValueError(
        cause.code,
        `Cannot import ${lines}: ${cause.message}`,
        { cause },
      );
    }
  }

  async #write(entries: readonly DumpedKey[]): Promise<void> {
    if (this.#options.ifAbsent) {
      await eachOf(entries, (entry) => this.#writeIfAbsent(entry));
      return;
    }
    const lasting = entries.filter(({ expires }) => expires === undefined);
    if (lasting.length > 0) {
      await this.#bucket.setMany(
        lasting.map(({ key, value }) => [key, value] as const),
      );
      for (const entry of lasting) await this.#count(entry);
    }
    const passing = entries.filter(({ expires }) => expires !== undefined);
    await eachOf(passing, (entry) => this.#writePassing(entry));
  }

  async #writeIfAbsent(entry: DumpedKey): Promise<void> {
    const { key, value, expires } = entry;
    if (expires !== undefined) {
      // No store compares and sets a time at once: a key that is made in between is replaced.
      if (!await this.#bucket.exists(key)) {
        return await this.#writePassing(entry);
      }
    } else {
      const { swapped } = await this.#bucket.swap(key, undefined, value);
      if (swapped) return await this.#count(entry);
    }
    this.#options.counts.present++;
  }

  async #writePassing(entry: DumpedKey): Promise<void> {
    const { key, value, expires } = entry;
    const ttl = expires!.getTime() - Date.now();
    if (ttl <= 0) {
      this.#options.counts.expired++;
      return;
    }
    await this.#bucket.set(key, value, { ttl });
    await this.#count(entry);
  }

  async #count({ value }: DumpedKey): Promise<void> {
    const { counts, written } = this.#options;
    counts.imported++;
    counts.bytes += value.length;
    await written?.(value.length);
  }
}
