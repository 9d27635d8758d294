/**
 * Why there is no component to serve.
 *
 * @module
 */

/** What went wrong on the way from a project to a component. */
export type BuildErrorCode =
  | "no-command"
  | "command-failed"
  | "component-missing"
  | "component-empty"
  | "not-webassembly"
  | "not-adaptable"
  | "not-transpilable";

/** A build that gave no component. The message is for the person at the terminal. */
export class BuildError extends Error {
  override readonly name = "BuildError";

  /** @param output What the build command wrote, for the error page. */
  constructor(
    readonly code: BuildErrorCode,
    message: string,
    readonly output: string = "",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
