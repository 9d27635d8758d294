/**
 * `wasi:io/error@0.2`: why a stream failed, as a handle that other interfaces can look into.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/** `resource error`. Named so as not to hide the global `Error`. */
export class IoError {
  /** The failure behind it; `wasi:http/types#http-error-code` reads it. Never shown to the guest. */
  readonly cause: unknown;
  readonly #text: string;

  constructor(text: string, cause?: unknown) {
    this.#text = text;
    this.cause = cause;
  }

  /** `to-debug-string: func() -> string` */
  toDebugString(): string {
    return this.#text;
  }
}

export const errorInterface: HostInterface = {
  name: "wasi:io/error",
  version: "0.2.x",
  types: { error: "resource" },
  functions: {
    "[method]error.to-debug-string": "func(self: borrow<error>) -> string",
  },
  waits: [],
  plain: "all",
  resources: { "error": IoError },
  imports: () => ({}),
};
