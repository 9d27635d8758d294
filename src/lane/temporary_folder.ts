/** A folder that is made when it is first asked for, and is gone with all in it in the end. */
export class TemporaryFolder implements AsyncDisposable {
  readonly #prefix: string;
  #made: Promise<string> | undefined;

  /** @param prefix What its name begins with. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Its path. */
  path(): Promise<string> {
    return this.#made ??= Deno.makeTempDir({ prefix: this.#prefix });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#made?.catch(() => undefined);
    if (path === undefined) return;
    // A guest that was given up on may be writing still; the system clears such folders.
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
}
