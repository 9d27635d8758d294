/**
 * What a client that goes away leaves behind: no open file.
 */

import assert from "node:assert/strict";
import { startDev } from "./support/dev_process.ts";
import { guestPath } from "./support/guest_app.ts";
import { RawConnection } from "./support/http_client.ts";
import { openFiles } from "./support/process_usage.ts";
import { TextLineStream } from "./support/text_line_stream.ts";

const GONE = 20;

/** How often a server is asked before what it still holds counts as lost. */
const PATIENCE = 100;

/** How many files a server has open for clients that left their upload while it came back. */
async function filesOfGoneUploads(pid: number, port: number): Promise<number> {
  const ask = async () => {
    using client = await RawConnection.open(port);
    await client.exchange(
      "GET /ignore HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n",
    );
    await client.readToEnd();
  };
  await ask();
  const before = await openFiles(pid);
  for (let count = 0; count < GONE; count++) {
    using client = await RawConnection.open(port);
    await client.send(
      "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9999\r\n\r\nsome",
    );
    await client.readHead();
  }
  for (let round = 0;; round++) {
    const kept = await openFiles(pid) - before;
    if (kept <= 0 || round === PATIENCE) return kept;
    await ask();
  }
}

/**
 * Whether `Deno.serve` keeps the file of a connection whose client goes away during its upload
 * while a response is streamed, if that was given later than in the turn of the request. 2.9.6
 * does, with no code but its own.
 */
async function keepsFiles(): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-net",
      new URL("support/streaming_child.ts", import.meta.url).href,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextLineStream());
  let kept = 0;
  for await (const port of lines) {
    kept = await filesOfGoneUploads(child.pid, Number(port));
    child.kill("SIGKILL");
  }
  await child.status;
  return kept > 0;
}

const LINUX = Deno.build.os === "linux";
const KEEPS_FILES = LINUX && await keepsFiles();

Deno.test({
  name: "dev keeps no file of clients that leave an upload that is echoed" +
    (KEEPS_FILES ? " (this Deno's own server keeps them)" : ""),
  ignore: !LINUX || KEEPS_FILES,
  async fn() {
    await using dev = await startDev({
      args: ["--component", guestPath("echo")],
    });
    const port = Number(new URL(dev.url).port);
    assert.equal(await filesOfGoneUploads(dev.pid, port), 0);
  },
});
