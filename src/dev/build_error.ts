/**
 * Why there is no component to serve.
 *
 * @module
 */

/** What went wrong on the way from a project to a component that answers. */
export type BuildErrorCode =
  | "no-command"
  | "command-failed"
  /** Wharf was told to stop and ended the command. */
  | "stopped"
  | "component-missing"
  | "component-empty"
  | "not-webassembly"
  | "not-adaptable"
  | "not-transpilable"
  /** Its first instance trapped. */
  | "not-startable"
  /** The artifact cannot be kept or read. */
  | "cache-unusable";

/** What an error carries beside its message. */
export interface BuildErrorOptions extends ErrorOptions {
  /** What the build command wrote, for the error page. */
  readonly output?: string;
}

/** A build that gave nothing to serve. The message is for the person at the terminal. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  /** Empty where there is none. */
  readonly output: string;

  constructor(
    readonly code: BuildErrorCode,
    message: string,
    options: BuildErrorOptions = {},
  ) {
    super(message, options);
    this.output = options.output ?? "";
  }
}

/** The error of a build that was ended because nobody wants its result. */
export function stopped(options?: BuildErrorOptions): BuildError {
  return new BuildError(
    "stopped",
    "Cannot build the component: Wharf is stopping",
    options,
  );
}
