/**
 * What a command is: a function of its arguments that ends with an exit code.
 *
 * @module
 */

/** What a command is given instead of the globals. */
export interface CommandContext {
  /** Absolute path of the working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes a line to stdout. */
  print(text: string): void;
  /** Writes a line to stderr. */
  printError(text: string): void;
  /** The process's own streams, for what is no line of text. */
  readonly streams: Streams;
}

/** The process's own streams, and whether a person sits at them. */
export interface Streams {
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout: WritableStream<Uint8Array>;
  readonly stderr: WritableStream<Uint8Array>;
  /** Which of them is a terminal. */
  readonly terminals: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
}

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** A command of the command line. */
export interface Command {
  /** Runs it; resolves to the exit code. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
  /**
   * What a person can mend, by the message alone: it is shown without a stack.
   * Anything else that is thrown is a fault of Wharf.
   */
  readonly userFaults: readonly ErrorClass[];
}

/** Whether a command ended by what a person can mend. */
export function isUserFault(
  error: unknown,
  { userFaults }: Pick<Command, "userFaults">,
): error is Error {
  return userFaults.some((fault) => error instanceof fault);
}

/** The person at the terminal asked for something that is not there. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
