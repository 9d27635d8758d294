/** Why a front door broke a body off, for whoever reads or sends it. */
export class HttpBodyError extends Error {
  /** Told in place of "Error". */
  override readonly name = "HttpBodyError";

  /**
   * @param code `too-large`: it passed a limit; `timed-out`: the client neither sent nor took
   * anything for too long.
   * @param message For a person.
   * @param limit The bytes allowed, where it is too large.
   */
  constructor(
    readonly code: "too-large" | "timed-out",
    message: string,
    readonly limit?: number,
  ) {
    super(message);
  }
}
