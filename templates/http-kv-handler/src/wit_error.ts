/**
 * The error of a WIT `result`, which arrives as the `payload` of an exception;
 * `undefined` when the exception is any other.
 *
 * The exception comes from another realm: `instanceof Error` would be false.
 */
export function witErrorOf<WitError>(exception: unknown): WitError | undefined {
  return (exception as { payload?: WitError } | undefined)?.payload;
}
