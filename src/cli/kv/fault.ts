/**
 * What the `kv` command cannot do, for a person and for a program.
 *
 * @module
 */

import type { KeyValueErrorCode } from "../../keyvalue/store.ts";

/**
 * Why a subcommand failed.
 *
 * - `usage`, `config`: the command line or the configuration is wrong.
 * - `no-such-key`, `no-such-bucket`, `conflict`: the data is not as it was said to be.
 * - `unsupported`: this store cannot do that.
 * - `no-server`: no dev server that could do it is found.
 * - `input`: a file or a value that was given cannot be used.
 * - `output`: what is written is no longer read.
 * - else: what the store answered.
 */
export type FaultCode =
  | "usage"
  | "config"
  | "no-such-key"
  | "no-such-bucket"
  | "conflict"
  | "unsupported"
  | "no-server"
  | "input"
  | "output"
  | KeyValueErrorCode;

/** What a person can mend, with a code for programs. */
export class KvFault extends Error {
  override readonly name = "KvFault";

  constructor(
    readonly code: FaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
