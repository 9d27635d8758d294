/**
 * The two directions of a TCP connection. Each holds at most one window of bytes: what the
 * guest does not read stays with the peer, what the peer does not take makes the guest wait.
 *
 * @module
 */

import {
  type ByteSink,
  type ByteSource,
  streamClosed,
  streamFailed,
} from "../io/streams.ts";
import { SocketFailure } from "./error_code.ts";
import { type Waiter, Wake } from "./wake.ts";

/** How many bytes wait at most in either direction. */
export const TCP_WINDOW = 64 * 1024;

const NOTHING = new Uint8Array();

type Phase =
  | { readonly phase: "open" }
  | { readonly phase: "closed" }
  /** To be told once; what was told is closed. */
  | { readonly phase: "failed"; readonly failure: SocketFailure };

/** What is received. */
export class TcpSource implements ByteSource {
  readonly #connection: Deno.TcpConn;
  readonly #waiter: Waiter;
  readonly #wake: Wake;
  readonly #released: () => void;
  #window: Uint8Array<ArrayBuffer> | undefined;
  #unread: Uint8Array = NOTHING;
  #state: Phase = { phase: "open" };
  #receiving = false;

  /** @param released Called when the guest drops its stream. */
  constructor(
    connection: Deno.TcpConn,
    waiter: Waiter,
    released: () => void,
  ) {
    this.#connection = connection;
    this.#waiter = waiter;
    this.#wake = new Wake(waiter);
    this.#released = released;
  }

  read(max: number): Uint8Array {
    if (this.#unread.length > 0) {
      const bytes = this.#unread.subarray(0, max);
      this.#unread = this.#unread.subarray(max);
      return bytes;
    }
    if (this.#state.phase === "failed") {
      const { failure } = this.#state;
      this.#state = { phase: "closed" };
      throw streamFailed(failure.message, failure);
    }
    if (this.#state.phase === "closed") throw streamClosed();
    if (max > 0) this.#receive();
    return NOTHING;
  }

  isReady(): boolean {
    if (this.#unread.length > 0 || this.#state.phase !== "open") return true;
    // Asked again, the guest is done with the bytes it was lent: the window is free.
    this.#receive();
    return false;
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#wake.wait();
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        if (!this.#waiter.dropped) resolve();
      });
    });
  }

  dispose(): void {
    this.#released();
  }

  /** Nothing more is wanted; what is there is thrown away. */
  close(): void {
    this.#state = { phase: "closed" };
    this.#unread = NOTHING;
    this.#wake.wake();
  }

  async #receive(): Promise<void> {
    if (this.#receiving) return;
    this.#receiving = true;
    this.#window ??= new Uint8Array(TCP_WINDOW);
    try {
      const length = await this.#connection.read(this.#window);
      if (this.#state.phase !== "open") return;
      if (length === null) this.#state = { phase: "closed" };
      else this.#unread = this.#window.subarray(0, length);
    } catch (error) {
      if (this.#state.phase !== "open") return;
      this.#state = { phase: "failed", failure: new SocketFailure(error) };
    } finally {
      this.#receiving = false;
      this.#wake.wake();
    }
  }
}

/** What is sent. */
export class TcpSink implements ByteSink {
  readonly #connection: Deno.TcpConn;
  readonly #wake: Wake;
  readonly #released: () => void;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #sending: Promise<void> | undefined;
  #flushing = false;
  #state: Phase = { phase: "open" };

  /** @param released Called when the guest drops its stream. */
  constructor(
    connection: Deno.TcpConn,
    waiter: Waiter,
    released: () => void,
  ) {
    this.#connection = connection;
    this.#wake = new Wake(waiter);
    this.#released = released;
  }

  capacity(): number {
    if (this.#state.phase === "failed") {
      const { failure } = this.#state;
      this.#state = { phase: "closed" };
      throw streamFailed(failure.message, failure);
    }
    if (this.#state.phase === "closed") throw streamClosed();
    return this.#flushing ? 0 : TCP_WINDOW - this.#queued;
  }

  write(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    this.#sending ??= this.#send();
  }

  flush(): void {
    this.#flushing = this.#queued > 0;
  }

  isReady(): boolean {
    return this.#state.phase !== "open" ||
      (!this.#flushing && this.#queued < TCP_WINDOW);
  }

  whenReady(): Promise<void> {
    return this.isReady() ? Promise.resolve() : this.#wake.wait();
  }

  dispose(): void {
    this.#released();
  }

  /** The guest writes no more. Resolves when the system has all that it wrote; never rejects. */
  async finish(): Promise<void> {
    if (this.#state.phase === "open") this.#state = { phase: "closed" };
    this.#wake.wake();
    await this.#sending;
  }

  async #send(): Promise<void> {
    try {
      for (
        let chunk = this.#queue.shift();
        chunk !== undefined;
        chunk = this.#queue.shift()
      ) {
        for (let sent = 0; sent < chunk.length;) {
          const length = await this.#connection.write(chunk.subarray(sent));
          sent += length;
          this.#queued -= length;
          if (!this.#flushing) this.#wake.wake();
        }
      }
    } catch (error) {
      this.#queue.length = this.#queued = 0;
      if (this.#state.phase === "open") {
        this.#state = { phase: "failed", failure: new SocketFailure(error) };
      }
    } finally {
      this.#sending = undefined;
      this.#flushing = false;
      this.#wake.wake();
    }
  }
}
