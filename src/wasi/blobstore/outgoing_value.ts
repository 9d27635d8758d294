/**
 * `resource outgoing-value` of `wasi:blobstore/types`: an object in the making.
 *
 * Guests write the body before or after they say by `write-data` where it goes, and so the bytes
 * go aside at once, and into place at `finish`.
 *
 * @module
 */

import type { BlobDraft, BlobStore, ObjectId } from "../../blobstore/store.ts";
import { WitError } from "../../runtime/host_interface.ts";
import { PushedSink } from "../io/pushed_sink.ts";
import { OutputStream } from "../io/streams.ts";
import { answering } from "./refusal.ts";

/** `resource outgoing-value`, for values of any store. */
export class OutgoingValue {
  readonly #draft: BlobDraft;
  #sink: PushedSink | undefined;
  #target: ObjectId | undefined;
  #done = false;

  constructor(store: BlobStore) {
    this.#draft = store.draft();
  }

  /** `outgoing-value-write-body: func() -> result<output-stream>` */
  outgoingValueWriteBody(): OutputStream {
    if (this.#sink !== undefined) throw new WitError(undefined);
    const sink = new PushedSink({
      write: (piece) => this.#draft.write(piece),
      close: () => {
        // Dropped while a piece was under way: only now is it all there to be forgotten.
        if (this.#done) this.#discard();
      },
    });
    this.#sink = sink;
    return new OutputStream(sink);
  }

  /** Says which object it is to be, for `container.write-data`. */
  assign(target: ObjectId): void {
    if (this.#target !== undefined) {
      throw new WitError(
        `Cannot write ${
          JSON.stringify(target.object)
        }: the value is written to ${
          JSON.stringify(this.#target.object)
        } already; make a new one`,
      );
    }
    this.#target = target;
  }

  /**
   * `finish: static func(this: outgoing-value) -> result<_, error>`
   *
   * A body that is still open ends here. The WIT would have it trap; but a guest whose language
   * collects garbage does not know when its stream is dropped.
   */
  static finish(value: OutgoingValue): Promise<void> {
    return answering(() => value.#finish());
  }

  /** What is told of a call. For the host. */
  static described(value: OutgoingValue): { target: string; subject?: string } {
    const target = value.#target;
    return target === undefined
      ? { target: "" }
      : { target: target.container, subject: target.object };
  }

  [Symbol.dispose](): void {
    this.#done = true;
    // Without `finish` the value is corrupt: no object is made of it.
    if (this.#sink === undefined) this.#discard();
    else this.#sink.dispose();
  }

  async #finish(): Promise<void> {
    await this.#sink?.end();
    const failure = this.#sink?.failure;
    if (failure === undefined && this.#target !== undefined) {
      await this.#draft.commit(this.#target);
      return;
    }
    await this.#draft.discard();
    if (failure !== undefined) throw failure;
  }

  #discard(): void {
    // No one is left to be told; the store tidies up what is left over.
    this.#draft.discard().catch(() => {});
  }
}

/** The class for one store: the WIT makes values out of nothing. */
export function outgoingValueOf(store: BlobStore): typeof OutgoingValue & {
  newOutgoingValue(): OutgoingValue;
} {
  return class extends OutgoingValue {
    /** `new-outgoing-value: static func() -> outgoing-value` */
    static newOutgoingValue(): OutgoingValue {
      return new this(store);
    }
  };
}
