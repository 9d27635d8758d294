/**
 * `kv import`: what `kv export` wrote, back into a bucket.
 *
 * @module
 */

import { resolve } from "node:path";
import { eachOf } from "../../keyvalue/batch.ts";
import { quote } from "../../keyvalue/key_encoding.ts";
import { type Bucket, KeyValueError } from "../../keyvalue/store.ts";
import { printable } from "../../log.ts";
import { type DumpedKey, parseHeader, parseLine } from "./dump_format.ts";
import { linesOf } from "./dump_lines.ts";
import { KvFault } from "./fault.ts";
import { Progress, size } from "./progress.ts";
import { type Call, flagText, type Subcommand } from "./subcommand.ts";
import { BUCKET_FLAGS, placeOf } from "./target.ts";
import { fileFault } from "./value.ts";

/** How many keys are written at once, and how many bytes before no more are added. */
const MOST_KEYS = 256;
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads a dump into a bucket. */
export const importKeys: Subcommand = {
  usage: "import",
  does: "Read what export wrote into a bucket",
  flags: [
    ...BUCKET_FLAGS,
    {
      name: "file",
      short: "f",
      value: "FILE",
      doc: "Read from a file in place of stdin",
    },
    { name: "if-absent", doc: "Leave keys alone that are there" },
  ],
  notes: "It stops at the first line that is wrong; the lines before it are " +
    "stored then. Keys whose time has come are left out.",
  takes: { least: 0, most: 0 },
  async run(call) {
    const { context, json } = call;
    const chunks = await openSource(call);
    const place = await placeOf(call);
    const bucket = await place.open();
    const counts: Counts = { imported: 0, present: 0, expired: 0, bytes: 0 };
    try {
      await using progress = new Progress(context, { verb: "Imported" });
      const write = new Writer(bucket, {
        ifAbsent: call.flags["if-absent"] === true,
        counts,
        progress,
      });
      await readDump(chunks, write);
    } finally {
      const { imported, present, expired, bytes } = counts;
      const left = [
        ...(present > 0 ? [`${present} were there`] : []),
        ...(expired > 0 ? [`${expired} had expired`] : []),
      ];
      context.printError(
        json ? JSON.stringify(counts) : printable(
          `Imported ${imported} keys, ${size(bytes)}, into bucket ${
            quote(place.name)
          } in ${place.location}${left.map((text) => `; ${text}`).join("")}`,
        ),
      );
    }
    return 0;
  },
};

/** What became of the keys. */
interface Counts {
  imported: number;
  /** Left alone, for they were there. */
  present: number;
  /** Left out, for their time has come. */
  expired: number;
  bytes: number;
}

async function openSource(call: Call): Promise<AsyncIterable<Uint8Array>> {
  const file = flagText(call, "file");
  if (file === undefined || file === "-") {
    const { streams, printError } = call.context;
    if (streams.terminals.stdin) {
      printError("Reading an export from the terminal; --file reads a file");
    }
    return streams.stdin;
  }
  try {
    const path = resolve(call.context.cwd, file);
    return (await Deno.open(path, { read: true })).readable;
  } catch (cause) {
    throw fileFault("read", file, cause);
  }
}

async function readDump(
  chunks: AsyncIterable<Uint8Array>,
  writer: Writer,
): Promise<void> {
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
    if (error instanceof KvFault && error.code === "input") {
      await writer.flush();
    }
    throw error;
  }
  await writer.flush();
  if (number === 0) throw lineFault(1, "there is none; the input is empty");
  if (counted && !ended) {
    throw new KvFault(
      "input",
      `Cannot end the import: the export was cut short after line ${number}; ` +
        `the keys before it are stored`,
    );
  }
}

function lineFault(number: number, problem: string): KvFault {
  return new KvFault("input", `Cannot import line ${number}: ${problem}`);
}

interface WriterOptions {
  readonly ifAbsent: boolean;
  readonly counts: Counts;
  readonly progress: Progress;
}

/** Gathers keys and writes them many at once. */
class Writer {
  readonly #bucket: Bucket;
  readonly #options: WriterOptions;
  /** By key: of a key that is named twice the later line holds, so it waits for the earlier. */
  #waiting = new Map<string, DumpedKey>();
  #bytes = 0;
  #firstLine = 0;
  #lastLine = 0;

  constructor(bucket: Bucket, options: WriterOptions) {
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
    const { counts, progress } = this.#options;
    counts.imported++;
    counts.bytes += value.length;
    await progress.add(1, value.length);
  }
}
