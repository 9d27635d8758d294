/** `serve` with what docs/serving.md permits it, and no more. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT } from "./support/clone.ts";
import { makeDeployment, startServe } from "./support/serve_process.ts";

/** The flags of the command that starts a server in the document. */
async function documentedFlags(command: RegExp): Promise<string[]> {
  const document = join(PROJECT, "docs", "serving.md");
  const [line = ""] = command.exec(await Deno.readTextFile(document)) ?? [];
  return line.match(/--(?:allow|no-prompt|cached)[^\s"]*/g) ?? [];
}

Deno.test("serve runs with the permissions of the unit in docs/serving.md", async () => {
  await using made = await makeDeployment(
    "rust_wit_bindgen",
    "dev: {wasi_keyvalue_path: data, keyvalue: {buckets: {in_memory: {store: filesystem}}}}\n",
  );
  const flags = await documentedFlags(/^ExecStart=.*$/m);
  assert.ok(flags.includes("--no-prompt"));
  const data = join(made.dist, "../../data");
  const permissions = flags.map((flag) =>
    flag.replace("/srv/wharf", PROJECT)
      .replace("/srv/app/dist/wharf", made.dist)
      .replace("/var/lib/wharf", data)
  );
  assert.ok(permissions.includes(`--allow-write=${data}`));
  await using served = await startServe(made.dist, { permissions });
  const stored = await fetch(served.url, {
    method: "POST",
    body: '{"key":"a","value":"b"}',
  });
  assert.equal(stored.status, 200, await stored.text());
  const health = await fetch(`${served.admin}/health`);
  assert.equal(health.status, 200, await health.text());
  served.kill("SIGTERM");
  const { code, stderr } = await served.ended;
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("serve runs with the permissions of the container in docs/serving.md", async () => {
  await using made = await makeDeployment("rust_wit_bindgen");
  const flags = await documentedFlags(/^CMD .*$/m);
  // There the deployment lies in Wharf's folder.
  const permissions = flags.map((flag) =>
    flag.replace(/^--allow-read=\.$/, `--allow-read=${PROJECT},${made.dist}`)
  );
  assert.notDeepEqual(permissions, flags);
  for (const server of ["deno", "node"]) {
    await using served = await startServe(made.dist, {
      permissions,
      args: ["--http-server", server],
    });
    const missing = await fetch(`${served.url}/?key=missing`);
    assert.equal(missing.status, 404, await missing.text());
    served.kill("SIGTERM");
    const { code, stderr } = await served.ended;
    assert.deepEqual([code, stderr], [0, ""]);
  }
});
