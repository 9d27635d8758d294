/**
 * What a process of its own does with the artifact cache, for `cache_test.ts`: takes a cache's
 * directory and a component's file, and prints whether it had to transpile.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- its output is the test's input

import { cachedArtifact } from "./cache.ts";

const [directory, file] = Deno.args as [string, string];
const { artifact, transpiled } = await cachedArtifact(
  directory,
  await Deno.readFile(file),
);
console.log(JSON.stringify({ transpiled, modules: artifact.coreModules.size }));
