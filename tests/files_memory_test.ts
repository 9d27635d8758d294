/**
 * Large files and objects in little memory: `dev` as a process of its own, measured by the
 * kernel, with the permissions that its task names.
 */

import assert from "node:assert/strict";
import { startDev } from "./support/dev_process.ts";
import { guestArtifact, guestPath } from "./support/guest_app.ts";
import { RawConnection, textOf } from "./support/http_client.ts";

const MIB = 1024 * 1024;

/** Long enough for a byte kept of each to be seen. */
const LONG = 512 * MIB;

/** Garbage between two collections of two threads, and what a loaded machine collects late. */
const MOST_GROWTH = 200 * MIB;

const HOST = "Host: a.test\r\n";

async function download(
  port: number,
  path: string,
  length: number,
): Promise<void> {
  using client = await RawConnection.open(port);
  await client.send(`GET ${path} HTTP/1.0\r\n${HOST}\r\n`);
  assert.equal((await client.readHead()).status, 200);
  await client.discard(length);
  assert.equal(await client.readToEnd(), 0);
}

async function upload(
  port: number,
  path: string,
  length: number,
): Promise<void> {
  using client = await RawConnection.open(port);
  await client.send(
    `POST ${path} HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\n`,
  );
  await client.sendZeros(length);
  assert.equal(textOf((await client.readResponse()).body), `${length}`);
}

/** A size in bytes of `/proc/<pid>/status`: `VmRSS`, or `VmHWM` for the most it ever was. */
async function memory(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  // Deno lets no one read /proc who is not allowed all.
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/status`],
  }).output();
  const status = new TextDecoder().decode(stdout);
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status);
  return Number(kilobytes![1]) * 1024;
}

for (
  const [guest, put, get] of [
    ["files", "/write?path=file", "/read?path=file"],
    ["blobs", "/put?name=object", "/get?name=object"],
  ] as const
) {
  Deno.test({
    name: `512 MiB pass in little memory: ${guest}`,
    // The figures are read from /proc.
    ignore: Deno.build.os !== "linux",
    async fn() {
      // Transpiling would take more memory than all that is measured here.
      await guestArtifact(guest);
      const project = await Deno.makeTempDir();
      await Deno.mkdir(`${project}/.wash`);
      await Deno.mkdir(`${project}/data`);
      await Deno.writeTextFile(
        `${project}/.wash/config.yaml`,
        `dev:\n  component_path: ${guestPath(guest)}\n` +
          "  volumes: [{host_path: data, guest_path: /data, mode: rw}]\n" +
          "  wasi_blobstore_path: objects\n",
      );
      {
        await using dev = await startDev({
          cwd: project,
          // A watch warms the transpiler for the next save.
          args: ["--no-build", "--no-watch", "--log-level", "error"],
        });
        const port = Number(new URL(dev.url).port);
        await upload(port, put, 8 * MIB);
        await download(port, get, 8 * MIB);
        const before = await memory(dev.pid, "VmRSS");
        await upload(port, put, LONG);
        await download(port, get, LONG);
        const most = await memory(dev.pid, "VmHWM");
        const figures = `${before / MIB} MiB before, ${most / MIB} MiB at most`;
        assert.ok(most - before < MOST_GROWTH, figures);
      }
      await Deno.remove(project, { recursive: true });
    },
  });
}
