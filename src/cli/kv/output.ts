/**
 * Bytes and lines to stdout, gathered into large writes; a write waits until its reader has
 * taken it.
 *
 * @module
 */

import { KvFault } from "./fault.ts";

/** How much is gathered before it is written. */
const GATHERED = 64 * 1024;

/** Where a subcommand writes what it found. */
export class Output {
  readonly #stream: WritableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #text: string[] = [];
  #gathered = 0;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#stream = stream;
  }

  /** Writes a line of text. */
  line(text: string): Promise<void> | undefined {
    return this.text(text + "\n");
  }

  /** Writes a text as it is. */
  text(text: string): Promise<void> | undefined {
    this.#text.push(text);
    this.#gathered += text.length;
    return this.#gathered < GATHERED ? undefined : this.flush();
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.#gathered === 0) return;
    const text = this.#text.join("");
    this.#text = [];
    this.#gathered = 0;
    await this.#write(this.#encoder.encode(text));
  }

  /** Writes bytes as they are. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    if (bytes.length > 0) await this.#write(bytes);
  }

  /** @throws {KvFault} `output`: nobody reads any more. */
  async #write(bytes: Uint8Array): Promise<void> {
    const writer = this.#stream.getWriter();
    try {
      await writer.write(bytes);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
      throw new KvFault(
        "output",
        "Cannot write to stdout: whoever reads it has stopped",
        { cause },
      );
    } finally {
      writer.releaseLock();
    }
  }
}
