/** What is wrong with a deployment. */
export type DeploymentErrorCode =
  /** There is no deployment in the folder, or one of another version. */
  | "unreadable"
  /** Environment variables that it needs are not set. */
  | "environment-missing"
  /** What is to be deployed cannot work where it is to run. */
  | "unfit"
  /** It did not do well when it was run as Deno Deploy runs it. */
  | "unhealthy"
  /** It cannot be written. */
  | "unwritable";

/** A deployment that cannot be made or opened. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
  readonly code: DeploymentErrorCode;

  constructor(
    code: DeploymentErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
  }
}
