/**
 * One instance's memory, as the canonical ABI reads and writes it. Offsets and lengths come
 * from the guest: every access is checked against the memory by the views it goes through.
 *
 * @module
 */

import type { ResourceClass } from "../host_interface.ts";
import { type InterruptibleCore, TURN_MS } from "../interrupts.ts";
import { HandleTable } from "./handle_table.ts";

// Neither keeps anything between calls. A string of the guest that is no UTF-8 traps, and one
// that begins with U+FEFF keeps it.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

const NO_VIEW = new DataView(new ArrayBuffer(0));
const NO_BYTES = new Uint8Array(0);

/** How long code may run that cannot be suspended, in milliseconds: a guest's allocator, mostly. */
const UNSUSPENDED_MS = 1000;

/** Up to here a loop over the characters is faster than a call that leaves JavaScript. */
const SHORT_TEXT = 64;

/** The guest's `cabi_realloc`. */
export type Realloc = (
  old: number,
  oldSize: number,
  align: number,
  size: number,
) => number;

/** What all of an instance's core modules share. */
export class GuestState {
  readonly handles = new HandleTable();
  /** Its core instances that can be interrupted. */
  readonly cores: InterruptibleCore[] = [];
  #fault: { readonly error: unknown } | undefined;
  #isDropped = false;
  #later: Promise<unknown> | undefined;
  /** How it is with the call under way, or the last one. */
  #call: "plain" | "not plain" | "attempted" = "plain";
  #wake: ((error: unknown) => void) | undefined;

  /**
   * Remembers why the instance ends. A guest can catch what a host function throws, and must
   * not be able to go on as if nothing had happened.
   */
  fault(error: unknown): void {
    this.#fault ??= { error };
  }

  /**
   * A promise that the guest waits for. It rejects when the instance ends first: V8 keeps a
   * guest that is never resumed, and its memory with it, until the process ends.
   */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#wake = reject;
      promise.then((value) => {
        this.#wake = undefined;
        resolve(value);
      }, (error) => {
        this.#wake = undefined;
        reject(error);
      });
    });
  }

  /** Keeps what the guest's call is to wait for; it waits for one thing at a time. */
  answerLater(promise: Promise<unknown>): void {
    // Nobody asks for the answer where the guest cannot be suspended.
    promise.catch(() => {});
    this.act();
    this.#later = promise;
  }

  /** A call begins, that may wait. */
  begin(): void {
    this.#call = "plain";
    for (const core of this.cores) core.begin();
  }

  /** Whether the last call waited for nothing and did nothing that outlasts the instance. */
  get wasPlain(): boolean {
    return this.#call === "plain";
  }

  /** The guest is about to wait, or to do what outlasts the instance. */
  act(): void {
    if (this.#call === "attempted") this.#endAttempt("the call is not plain");
    this.#call = "not plain";
  }

  /**
   * Runs a call of the guest that cannot be suspended, and ends the instance where it would have to
   * be: then nothing was done that outlasts it.
   */
  attempt<T>(call: () => T): T {
    this.begin();
    this.#call = "attempted";
    const tooLong = () => this.#endAttempt("the call takes more than its turn");
    for (const core of this.cores) core.cannotSuspend(tooLong, TURN_MS);
    try {
      return call();
    } finally {
      for (const core of this.cores) core.canSuspend();
      this.#call = "plain";
    }
  }

  #endAttempt(reason: string): never {
    const error = new Error(reason);
    this.fault(error);
    for (const core of this.cores) core.end();
    throw error;
  }

  /** What {@linkcode GuestState.answerLater} kept. */
  takeLater(): Promise<unknown> | undefined {
    const later = this.#later;
    this.#later = undefined;
    return later;
  }

  /** Ends the instance: what it waits for rejects, and every later host call throws. */
  end(error: unknown): void {
    this.fault(error);
    this.dispose();
  }

  /**
   * The same where nothing went wrong. Nearly always nobody asks why it ended, and an error takes
   * longer to make than the rest.
   */
  dispose(): void {
    this.#isDropped = true;
    for (const core of this.cores) core.end();
    if (this.#wake !== undefined) {
      this.#wake((this.#fault ??= { error: dropped() }).error);
    }
    this.handles.clear();
  }

  /** Runs code of the guest that cannot be suspended: its allocator, and what follows a call. */
  unsuspended<T>(run: () => T): T {
    // An attempt is held to less.
    if (this.#call === "attempted") return run();
    const tooLong = () => this.#tooLong();
    for (const core of this.cores) core.cannotSuspend(tooLong, UNSUSPENDED_MS);
    try {
      return run();
    } finally {
      for (const core of this.cores) core.canSuspend();
    }
  }

  #tooLong(): void {
    this.end(
      new RangeError(
        "The guest computed for more than a second where nothing can wait for it: " +
          "in its cabi_realloc, or in what follows a call",
      ),
    );
  }

  /** The guest lets go of a resource. */
  drop(handle: number, resource: ResourceClass): void {
    this.use((handles) => handles.drop(handle, resource));
  }

  /** Something that the guest does with its handles; what goes wrong ends it. */
  use<T>(act: (handles: HandleTable) => T): T {
    this.check();
    try {
      return act(this.handles);
    } catch (error) {
      this.fault(error);
      throw error;
    }
  }

  /** Throws what ended the instance, if it has. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
    if (this.#isDropped) throw dropped();
  }
}

function dropped(): Error {
  return new Error("The instance was dropped");
}

/** What a lowered function needs of the instance that calls it. */
export class GuestMemory {
  /** Of whom the instance serves now. */
  state: GuestState;
  #memory: WebAssembly.Memory | undefined;
  #realloc: Realloc | undefined;
  #view = NO_VIEW;
  #bytes = NO_BYTES;

  constructor(
    state: GuestState,
    memory?: WebAssembly.Memory,
    realloc?: Realloc,
  ) {
    this.state = state;
    this.attach(memory, realloc);
  }

  /** Its core instance is there. */
  attach(
    memory: WebAssembly.Memory | undefined,
    realloc: Realloc | undefined,
  ): void {
    this.#memory = memory;
    this.#realloc = realloc;
  }

  /** A view of the memory as it is now; growing it makes earlier ones useless. */
  get view(): DataView<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#look();
    return this.#view;
  }

  get #all(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  /** A memory that has grown has another buffer, and arrays of the one before have no length. */
  #look(): void {
    const buffer = this.#buffer();
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** A copy of bytes: the guest may change its memory while the host still reads them. */
  readBytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    this.#check(offset, length);
    return this.#all.slice(offset, offset + length);
  }

  readString(offset: number, length: number): string {
    this.#check(offset, length);
    const all = this.#all;
    const end = offset + length;
    if (length <= SHORT_TEXT) {
      let text = "";
      let at = offset;
      for (; at < end && all[at]! < 0x80; at++) {
        text += String.fromCharCode(all[at]!);
      }
      if (at === end) return text;
    }
    try {
      return DECODER.decode(all.subarray(offset, end));
    } catch (cause) {
      throw new TypeError(`The string at ${offset} is not UTF-8`, { cause });
    }
  }

  /** Puts bytes into memory that the guest allocates for them. */
  writeBytes(bytes: Uint8Array): number {
    const offset = this.allocate(1, bytes.length);
    this.#all.set(bytes, offset);
    return offset;
  }

  /** Puts a string into the guest's memory as UTF-8; returns where, and how many bytes. */
  writeString(text: string): readonly [offset: number, length: number] {
    const { length } = text;
    if (length <= SHORT_TEXT && isAscii(text)) {
      const offset = this.allocate(1, length);
      const all = this.#all;
      for (let at = 0; at < length; at++) {
        all[offset + at] = text.charCodeAt(at);
      }
      return [offset, length];
    }
    const bytes = ENCODER.encode(text);
    return [this.writeBytes(bytes), bytes.length];
  }

  /** Memory that the guest allocates. */
  allocate(align: number, size: number): number {
    if (this.#realloc === undefined) {
      throw new TypeError("The guest exports no cabi_realloc");
    }
    const realloc = this.#realloc;
    const offset = this.state.unsuspended(() => realloc(0, 0, align, size)) >>>
      0;
    if (offset % align !== 0) {
      throw new RangeError(
        `The guest allocated at ${offset}, which is not aligned to ${align}`,
      );
    }
    this.#check(offset, size);
    return offset;
  }

  /** Makes sure that `length` bytes from `offset` are in the memory. */
  #check(offset: number, length: number): void {
    if (offset + length > this.#all.length) {
      throw new RangeError(
        `${length} bytes at ${offset} are outside of the guest's memory`,
      );
    }
  }

  /** Makes sure that an array of the guest, or one value, is where it can be. */
  checkList(offset: number, count: number, size: number, align: number): void {
    if (offset % align !== 0) {
      throw new RangeError(
        `${offset} is no place for what is aligned to ${align}`,
      );
    }
    this.#check(offset, count * size);
  }

  #buffer(): ArrayBuffer {
    if (this.#memory === undefined) {
      throw new TypeError("The guest gave no memory");
    }
    // Components share no memory between threads: it is never a SharedArrayBuffer.
    return this.#memory.buffer as ArrayBuffer;
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) >= 0x80) return false;
  }
  return true;
}
