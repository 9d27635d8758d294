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
 * - `memory`: it trapped after it was refused memory.
 * - `lane-lost`: the thread it ran in ended.
 */
export type TrapKind =
  | "trapped"
  | "no-response"
  | "error-code"
  | "deadline"
  | "invalid-response"
  | "exit"
  | "memory"
  | "lane-lost";

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
  get status(): 500 | 502 | 504 {
    switch (this.kind) {
      case "deadline":
        return 504;
      case "lane-lost":
        return 502;
      default:
        return 500;
    }
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

/** One or more calls in a row of one function of the guest. */
export interface GuestFrame {
  /** What its module's name section calls it; `undefined` where it has no name. */
  readonly name: string | undefined;
  /** The byte of its module that the innermost of the calls had come to. */
  readonly offset: number;
  /** How many calls. */
  readonly times: number;
  /** Whether V8 cut the stack here, so that there may be more. */
  readonly isCut: boolean;
}

/** The guest's frames of what was thrown, innermost first; the host's, which tell where its files lie, are left out. */
export function stackFrames(error: unknown): readonly GuestFrame[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const lines = stack.split("\n");
  const calls: { label: string; offset: number; times: number }[] = [];
  for (const line of lines) {
    const frame = parseFrame(line);
    if (frame === undefined) continue;
    const last = calls.at(-1);
    const label = labelOf(frame);
    if (last?.label === label) last.times++;
    else calls.push({ ...frame, label, times: 1 });
  }
  // A guest is called by the host: a stack that ends in the guest was cut by V8.
  const isCut = parseFrame(lines.at(-1)!) !== undefined;
  return calls.map(({ label: _, ...frame }, index) => ({
    name: undefined,
    ...frame,
    isCut: isCut && index === calls.length - 1,
  })).slice(0, MAX_FRAMES);
}

/** What a frame is called where only its name is told: `deep (5 times)`. */
export function frameText(frame: GuestFrame): string {
  const { times, isCut } = frame;
  if (times === 1) return labelOf(frame);
  return `${labelOf(frame)} (${times} times${isCut ? " or more" : ""})`;
}

/** The frames of {@linkcode stackFrames} as lines. */
export function guestFrames(error: unknown): string[] {
  return stackFrames(error).map(frameText);
}

/** A function without a name is told by its place. */
function labelOf(
  { name, offset }: { readonly name?: string | undefined; offset: number },
): string {
  return name ?? `byte 0x${offset.toString(16)}`;
}

function parseFrame(
  line: string,
): { readonly name?: string; readonly offset: number } | undefined {
  const match = WASM_FRAME.exec(line);
  if (match === null) return undefined;
  const [, name = "<anonymous>", place] = match;
  const offset = Number(place);
  return name === "<anonymous>" ? { offset } : { name, offset };
}
