import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startServer } from "./server_process.ts";

const RAW = fileURLToPath(new URL("raw_server.ts", import.meta.url));

Deno.test("startServer() tells what a server said that ended instead", async () => {
  await assert.rejects(
    startServer({
      args: ["eval", "console.log('out of luck')"],
      findUrl: () => undefined,
    }),
    /out of luck/,
  );
});

Deno.test({
  name: "startServer() ends the process behind the one that it started",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const server = await startServer({
      command: "sh",
      // The shell gets no signal on, as `jco serve` does not.
      args: ["-c", `"$0" run --allow-net "$1" & wait`, Deno.execPath(), RAW],
      findUrl: (line) => /^Listening on (\S+)$/.exec(line)?.[1],
    });
    const port = Number(new URL(server.url).port);
    await server[Symbol.asyncDispose]();
    await assert.rejects(
      Deno.connect({ hostname: "127.0.0.1", port }),
      Deno.errors.ConnectionRefused,
    );
  },
});
