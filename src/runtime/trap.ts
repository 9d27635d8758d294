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
  /** Told in place of "Error". */
  override readonly name = "GuestTrap";

  /** `cause` is what the guest or a host function threw; its frames are told with the message. */
  constructor(
    /** How the guest failed. */
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

/** How many frames are told; the outer ones of a deep stack say nothing new. */
const MAX_FRAMES = 20;

/**
 * `    at name (wasm://wasm/f1d26bae:wasm-function[0]:0x276f)`, or without name and brackets.
 * Deno writes 0 for the number of every function, so only the place in the module tells one
 * without a name from another.
 */
const WASM_FRAME =
  /^\s+at (?:(.+) \()?wasm:\/\/\S+?:wasm-function\[\d+\]:(0x[\da-f]+)\)?$/;

/**
 * The guest's frames of a trap, innermost first, each with what its module's name section
 * calls it. The host's frames, which tell where its files lie, are left out.
 */
export function guestFrames(error: unknown): string[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const lines = stack.split("\n");
  const frames: { readonly name: string; times: number }[] = [];
  for (const line of lines) {
    const name = frameName(line);
    if (name === undefined) continue;
    const last = frames.at(-1);
    if (last?.name === name) last.times++;
    else frames.push({ name, times: 1 });
  }
  // A guest is called by the host: a stack that ends in the guest was cut by V8.
  const isCut = frameName(lines.at(-1)!) !== undefined;
  return frames.slice(0, MAX_FRAMES).map(({ name, times }, index) => {
    if (times === 1) return name;
    const orMore = isCut && index === frames.length - 1 ? " or more" : "";
    return `${name} (${times} times${orMore})`;
  });
}

function frameName(line: string): string | undefined {
  const match = WASM_FRAME.exec(line);
  if (match === null) return undefined;
  const [, name = "<anonymous>", place] = match;
  return name === "<anonymous>" ? `byte ${place}` : name;
}
