/**
 * Where stdout and stderr go: bytes in, whole lines out.
 *
 * @module
 */

import type {
  GuestStream,
  InstanceContext,
} from "../../runtime/host_interface.ts";
import type { ByteSink } from "../io/streams.ts";

/** How much a guest may write at once; nothing is kept, so there is nothing to wait for. */
const CAPACITY = 64 * 1024;

/** A longer line is cut: a guest that never ends its line must not fill the host's memory. */
const MAX_LINE = 16 * 1024;

/**
 * Gathers bytes into lines. What has no newline yet is written when the next request
 * starts or the instance is dropped, with the request that it was written for.
 */
export class LineSink implements ByteSink {
  readonly #instance: InstanceContext;
  readonly #stream: GuestStream;
  #decoder: TextDecoder | undefined;
  #partial = "";
  #requestId: string | undefined;

  constructor(instance: InstanceContext, stream: GuestStream) {
    this.#instance = instance;
    this.#stream = stream;
    instance.onDrop(() => this.#endLine());
  }

  isReady(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  capacity(): number {
    return CAPACITY;
  }

  write(bytes: Uint8Array): void {
    if (this.#requestId !== this.#instance.requestId) {
      this.#endLine();
      this.#requestId = this.#instance.requestId;
    }
    // The bytes are the guest's: what is not UTF-8 is replaced.
    this.#decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
    this.#add(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Whole lines were passed on already, and half a line must stay one with the rest of it. */
  flush(): void {}

  #add(text: string): void {
    const lines = (this.#partial + text).split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#emit(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    this.#partial = this.#emitPieces(last);
  }

  #endLine(): void {
    const text = this.#partial + (this.#decoder?.decode() ?? "");
    this.#partial = "";
    if (text !== "") this.#emit(text);
  }

  #emit(line: string): void {
    this.#line(this.#emitPieces(line));
  }

  /** Writes all but the last piece of a line, and returns that one. */
  #emitPieces(line: string): string {
    let rest = line;
    while (rest.length > MAX_LINE) {
      const end = isHighSurrogate(rest, MAX_LINE - 1) ? MAX_LINE - 1 : MAX_LINE;
      this.#line(rest.slice(0, end));
      rest = rest.slice(end);
    }
    return rest;
  }

  #line(text: string): void {
    this.#instance.output.line(this.#requestId, this.#stream, text);
  }
}

function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}
