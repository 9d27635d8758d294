/**
 * What the tests of one file use together: opened by the first that asks, closed behind the last.
 *
 * @module
 */

/** Returns what hands it out. Tests that use it keep apart in it by names of their own. */
export function sharedFixture<Fixture extends AsyncDisposable>(
  open: () => Promise<Fixture>,
): () => Promise<Fixture> {
  let opened: Promise<Fixture> | undefined;
  Deno.test.afterAll(async () => {
    await (await opened)?.[Symbol.asyncDispose]();
  });
  return () => opened ??= open();
}
