/**
 * Bundles the explorer's page into one file, so that its users need no build step.
 * `deno task explorer` runs it; a test asserts that the committed file is up to date.
 *
 * @module
 */

/** Where the page begins. */
const SOURCE = new URL("../src/explorer/page/main.tsx", import.meta.url);

/** What browsers load. */
export const BUNDLE_FILE: URL = new URL(
  "../src/explorer/assets/explorer.js",
  import.meta.url,
);

/** The page as one script. */
export async function bundlePage(): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "browser",
      "--minify",
      "src/explorer/page/main.tsx",
    ],
    // What the bundler calls its modules would otherwise depend on where it was called.
    cwd: new URL("..", import.meta.url),
  }).output();
  if (success) return stdout;
  throw new Error(
    `Cannot bundle "${SOURCE.pathname}": ${new TextDecoder().decode(stderr)}`,
  );
}

if (import.meta.main) {
  await Deno.writeFile(BUNDLE_FILE, await bundlePage());
}
