/**
 * How far a long subcommand is, on a terminal alone.
 *
 * @module
 */

import type { CommandContext } from "../command.ts";

/** Milliseconds between two looks. */
const PAUSE = 100;
const BAR = 24;

/** What is counted. */
export interface ProgressOptions {
  readonly verb: string;
  /** How many keys there will be, where it is known. */
  readonly total?: number | undefined;
  /** Whether nothing is shown, even to a person. */
  readonly silent?: boolean;
}

/** Counts keys and bytes, and shows a person how it goes. Disposing takes the line away. */
export class Progress implements AsyncDisposable {
  readonly #stream: WritableStream<Uint8Array> | undefined;
  readonly #verb: string;
  readonly #total: number | undefined;
  readonly #start = performance.now();
  #shownAt = -Infinity;
  #keys = 0;
  #bytes = 0;

  /** Begins to count. */
  constructor(
    { streams }: CommandContext,
    { verb, total, silent = false }: ProgressOptions,
  ) {
    const shown = streams.terminals.stderr && !silent;
    this.#stream = shown ? streams.stderr : undefined;
    this.#verb = verb;
    this.#total = total;
  }

  /** How many keys were counted. */
  get keys(): number {
    return this.#keys;
  }

  /** How many bytes their values had. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts. */
  async add(keys: number, bytes: number): Promise<void> {
    this.#keys += keys;
    this.#bytes += bytes;
    const now = performance.now();
    if (this.#stream === undefined || now - this.#shownAt < PAUSE) return;
    this.#shownAt = now;
    await this.#write(`\r${this.#line(now - this.#start)}\x1b[K`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shownAt > 0) await this.#write("\r\x1b[K");
  }

  #line(elapsed: number): string {
    const rate = Math.round(this.#keys / Math.max(elapsed, 1) * 1000);
    const counts = `${this.#verb} ${this.#keys} keys, ${
      size(this.#bytes)
    }, ${rate} keys/s`;
    if (this.#total === undefined || this.#total === 0) return counts;
    const part = Math.min(1, this.#keys / this.#total);
    const full = Math.round(part * BAR);
    return `[${"#".repeat(full).padEnd(BAR)}] ${
      Math.floor(part * 100)
    }%  ${counts}`;
  }

  async #write(text: string): Promise<void> {
    const writer = this.#stream?.getWriter();
    try {
      await writer?.write(new TextEncoder().encode(text));
    } finally {
      writer?.releaseLock();
    }
  }
}

/** A number of bytes for a person. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}
