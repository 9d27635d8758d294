/**
 * An instance for unit tests of host interfaces: it keeps what the guest would have logged.
 *
 * @module
 */

import type {
  GuestLogLevel,
  GuestOutput,
  GuestStream,
  InstanceContext,
} from "../../src/runtime/host_interface.ts";

/** A line as it reached the host: `[request, stream, text]`. */
export type RecordedLine = [string | undefined, GuestStream, string];

/** A message as it reached the host: `[request, level, context, text]`. */
export type RecordedMessage = [
  string | undefined,
  GuestLogLevel,
  string,
  string,
];

export class RecordedInstance implements InstanceContext, Disposable {
  requestId: string | undefined = undefined;
  readonly lines: RecordedLine[] = [];
  readonly messages: RecordedMessage[] = [];
  readonly output: GuestOutput = {
    line: (...line) => void this.lines.push(line),
    message: (...message) => void this.messages.push(message),
  };
  readonly #dropCallbacks: (() => void)[] = [];

  onDrop(callback: () => void): void {
    this.#dropCallbacks.push(callback);
  }

  /** Drops the instance, as the runtime does after a request. */
  drop(): void {
    for (const callback of this.#dropCallbacks.splice(0)) callback();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}
