/**
 * The second error channel: a guest that ended where it should have answered.
 *
 * @module
 */

/**
 * How a guest failed a request.
 *
 * - `trapped`: its code trapped, or a host function refused what it was called with.
 * - `no-response`: it returned, or dropped its outparam, without setting a response.
 * - `error-code`: it set an error code where a response was due.
 * - `deadline`: it kept the client waiting for longer than it may.
 * - `invalid-response`: what it set cannot be sent.
 * - `exit`: it asked to end the process.
 */
export type TrapKind =
  | "trapped"
  | "no-response"
  | "error-code"
  | "deadline"
  | "invalid-response"
  | "exit";

/** A request that its guest did not answer. The instance behind it is never used again. */
export class GuestTrap extends Error {
  override readonly name = "GuestTrap";

  constructor(
    readonly kind: TrapKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The HTTP status the client gets in the guest's place. */
  get status(): 500 | 504 {
    return this.kind === "deadline" ? 504 : 500;
  }
}

/** Makes a {@linkcode GuestTrap} of whatever a call into a guest threw. */
export function trapFrom(error: unknown): GuestTrap {
  if (error instanceof GuestTrap) return error;
  return new GuestTrap("trapped", describe(error), { cause: error });
}

function describe(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) {
    return `The guest trapped: ${error.message}`;
  }
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return "The guest trapped: its call stack is exhausted";
  }
  if (error instanceof Error) return `The guest was stopped: ${error.message}`;
  return `The guest was stopped: ${String(error)}`;
}

/** The guest's frames of a trap, innermost first, as V8 names them. */
export function guestFrames(error: unknown): string[] {
  const stack = error instanceof Error && error.stack !== undefined
    ? error.stack
    : "";
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const match = /^\s*at (.*?) ?\(?(?:wasm:\/\/|<anonymous>:wasm-function)/
      .exec(line);
    if (match !== null) frames.push(match[1] === "" ? "(no name)" : match[1]!);
  }
  return frames;
}
