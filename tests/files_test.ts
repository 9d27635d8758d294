/**
 * `wasi:filesystem` from a guest's side: every function, every way out, large files, and
 * preview1 programs through the adapter.
 *
 * @module
 */

import assert from "node:assert/strict";
import { adaptModule } from "../src/transpile/adapt.ts";
import { type VolumeOptions } from "../src/wasi/filesystem/volumes.ts";
import { Volumes } from "../src/wasi/mod.ts";
import {
  expectAnswer,
  type GuestApp,
  guestArtifact,
  guestPath,
  openGuestApp,
} from "./support/guest_app.ts";
import { openFiles } from "./support/open_files.ts";

/** A guest with one volume, and the folder that is it. */
interface FilesApp extends AsyncDisposable {
  readonly app: GuestApp;
  readonly folder: string;
}

async function openFilesApp(
  options: Partial<VolumeOptions> = {},
  guest = "files",
): Promise<FilesApp> {
  const above = await Deno.makeTempDir();
  const folder = `${above}/volume`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${above}/outside.txt`, "secret");
  const volumes = new Volumes([
    { hostPath: folder, guestPath: "/data", mode: "rw", ...options },
  ]);
  await volumes.open();
  const app = await openGuestApp(await componentOf(guest, above), { volumes });
  return {
    app,
    folder,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await Deno.remove(above, { recursive: true });
    },
  };
}

/** What to open for a guest: a preview1 module is adapted, as `dev` does. */
async function componentOf(guest: string, folder: string): Promise<string> {
  if (guest !== "files_preview1") return guest;
  const path = `${folder}/adapted.wasm`;
  const module = await Deno.readFile(guestPath(guest));
  await Deno.writeFile(path, await adaptModule(module));
  return path;
}

Deno.test("a guest calls every function of wasi:filesystem on a volume", async () => {
  await using files = await openFilesApp();
  const response = await files.app.fetch("/check");
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { imports } = await guestArtifact("files");
  const imported = imports
    .filter(({ label }) => label.startsWith("wasi:filesystem/types"))
    .flatMap(({ functions }) => Object.keys(functions))
    .map((name) => name.replace(/^\[method\][a-z-]+\./, ""));
  assert.deepEqual(
    text.trim().split("\n").sort(),
    imported.map((name) => `ok ${name}`).sort(),
  );
  assert.deepEqual([...Deno.readDirSync(files.folder)], []);
  await expectAnswer(files.app, "/preopens", 200, "/data\n");
  assert.deepEqual(files.app.record.traps, []);
});

/** Numbers of `enum error-code`. */
const NO_ENTRY = "20", NOT_PERMITTED = "31", READ_ONLY = "33", LOOP = "15";

const ESCAPES: readonly [path: string, code: string][] = [
  ["../outside.txt", NOT_PERMITTED],
  ["..", NOT_PERMITTED],
  ["sub/../../outside.txt", NOT_PERMITTED],
  ["/etc/passwd", NOT_PERMITTED],
  ["up/outside.txt", NOT_PERMITTED],
  ["absolute/outside.txt", NOT_PERMITTED],
  ["loop/x", LOOP],
  ["missing/../../outside.txt", NO_ENTRY],
];

Deno.test("a guest finds no way out of a volume", async () => {
  await using files = await openFilesApp();
  const { app, folder } = files;
  await Deno.mkdir(`${folder}/sub`);
  await Deno.symlink("..", `${folder}/up`);
  await Deno.symlink(`${folder}/..`, `${folder}/absolute`);
  await Deno.symlink("loop", `${folder}/loop`);
  const ways = "open create stat unlink mkdir symlink readlink".split(" ");
  for (const [path, code] of ESCAPES) {
    for (const way of ways) {
      const answer = await app.fetch(`/code?way=${way}&path=${path}`);
      assert.equal(await answer.text(), code, `${way} ${path}`);
    }
  }
  assert.equal(
    await Deno.readTextFile(`${folder}/../outside.txt`),
    "secret",
  );
});

Deno.test("a volume is read only where it is mounted so", async () => {
  await using files = await openFilesApp({ mode: "ro" });
  const { app, folder } = files;
  await Deno.writeTextFile(`${folder}/file`, "text");
  for (const way of ["create", "unlink", "mkdir", "symlink"]) {
    await expectAnswer(app, `/code?way=${way}&path=file`, 200, READ_ONLY);
  }
  await expectAnswer(app, "/read?path=file", 200, "text");
});

/** Bytes of which each place has its own. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Uint32Array.from({ length: length / 4 }, (_, index) => index).buffer,
  );
}

Deno.test("a file is streamed in and out byte by byte, and no file stays open", async () => {
  await using files = await openFilesApp();
  const before = await openFiles(files.folder);
  const body = pattern(3 * 1024 * 1024);
  const written = await files.app.fetch("/write?path=file", {
    method: "POST",
    body,
  });
  assert.equal(await written.text(), String(body.length));
  assert.deepEqual(await Deno.readFile(`${files.folder}/file`), body);
  const read = await files.app.fetch("/read?path=file");
  assert.deepEqual(await read.bytes(), body);
  // The client leaves in the middle.
  const broken = await files.app.fetch("/read?path=file");
  await broken.body!.cancel();
  await files.app.idle();
  await files.app[Symbol.asyncDispose]();
  assert.deepEqual(before, []);
  assert.deepEqual(await openFiles(files.folder), []);
  assert.deepEqual(files.app.record.failures, []);
});

Deno.test("a preview1 program reads and writes a volume by fopen and readdir", async () => {
  await using files = await openFilesApp({}, "files_preview1");
  const { app, folder } = files;
  await Deno.writeTextFile(`${folder}/one.txt`, "first\nsecond\n");
  await Deno.writeTextFile(`${folder}/two.txt`, "other\n");
  await Deno.mkdir(`${folder}/sub`);
  const lines = "one.txt 13 first\nsub 0 -\ntwo.txt 6 other\n";
  await expectAnswer(app, "/", 200, lines);
  assert.equal(
    await Deno.readTextFile(`${folder}/made/report.txt`),
    "report\n",
  );
  assert.deepEqual(app.record.traps, []);
});

Deno.test("a preview1 program is told that a volume is read only", async () => {
  await using files = await openFilesApp({ mode: "ro" }, "files_preview1");
  await Deno.writeTextFile(`${files.folder}/one.txt`, "first\n");
  await expectAnswer(files.app, "/", 200, "one.txt 6 first\n");
  assert.deepEqual(
    files.app.record.lines.map(({ stream, text }) => `${stream} ${text}`),
    ["stderr report: Read-only file system"],
  );
});
