/**
 * File systems in memory, which are full soon and behave unlike the disk's.
 *
 * @module
 */

import assert from "node:assert/strict";
import { makeTemporaryFolder } from "./keyvalue_backends.ts";

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, options).output()).success;
  } catch {
    return false;
  }
}

/** A file system of its own, of this many KiB, at `path`; removed when disposed. */
async function mountSmallDisk(
  path: string,
  kibibytes: number,
): Promise<AsyncDisposable | undefined> {
  const size = `size=${kibibytes}k`;
  if (!await run("mount", "-t", "tmpfs", "-o", size, "tmpfs", path)) {
    return undefined;
  }
  return {
    async [Symbol.asyncDispose]() {
      assert.ok(await run("umount", "--lazy", path), `Cannot unmount ${path}`);
    },
  };
}

/** Why tests with a file system of their own are ignored, if they are. */
export async function mountingMissing(): Promise<string | undefined> {
  const reason = "mounting needs root on Linux";
  if (Deno.build.os !== "linux") return reason;
  await using folder = await makeTemporaryFolder();
  await using disk = await mountSmallDisk(folder.path, 64);
  return disk === undefined ? reason : undefined;
}

/** Runs a test on a file system of its own, of this many KiB, that is mounted at `root`. */
export async function onSmallDisk(
  kibibytes: number,
  test: (root: string) => Promise<void>,
): Promise<void> {
  await using folder = await makeTemporaryFolder();
  await using disk = await mountSmallDisk(folder.path, kibibytes);
  assert.ok(disk, `Cannot mount at ${folder.path}`);
  await test(folder.path);
}
