import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { makeAuthority } from "../../tests/support/certificates.ts";
import {
  built,
  COPY,
  serveProject,
  textOf,
} from "../../tests/support/dev_project.ts";

const CONFIG = ".wash/config.yaml";

Deno.test("another server or other limits open at the same port, and what is in flight is finished", async (test) => {
  const cases: [before: string, after: string, key: string][] = [
    ["http_server: deno", "http_server: node", "dev.http_server"],
    ["http_server: node", "http_server: deno", "dev.http_server"],
    [
      "http_server: node",
      "http_server: node\nhttp: {max_headers: 90}",
      "dev.http",
    ],
  ];
  for (const [before, after, key] of cases) {
    await test.step(`${before}, ${after}`, async () => {
      await using project = await serveProject({
        guest: "echo",
        config: built(COPY, before),
      });
      const { server } = project;
      await server.ready;
      const { url } = server;
      const slow = await fetch(`${url}/slow?n=20&ms=20`);
      await project.save(CONFIG, built(COPY, after));
      const { applied, restarted } = await project.event("reconfigured");
      deepStrictEqual(applied, [key]);
      deepStrictEqual(restarted, [`server, now at ${url}`]);
      strictEqual(await textOf(`${url}/ignore`), "ignored\n");
      match(await slow.text(), /line 20\n$/);
    });
  }
});

Deno.test("a new certificate is served as soon as its file is written, and a broken one never", async () => {
  await using first = await makeAuthority();
  await using second = await makeAuthority();
  await using project = await serveProject({
    config: "dev: {component_path: served.wasm}",
    build: false,
  });
  const { server, path } = project;
  const write = async ({ cert, key }: Deno.TlsCertifiedKeyPem) => {
    await Deno.writeTextFile(`${path}/key.pem`, key);
    await Deno.writeTextFile(`${path}/cert.pem`, cert);
  };
  await write(await first.sign("IP:127.0.0.1"));
  await project.save(
    CONFIG,
    "dev: {component_path: served.wasm, tls_cert_path: cert.pem, tls_key_path: key.pem}",
  );
  await project.event("reconfigured");
  ok(server.url.startsWith("https://127.0.0.1:"), server.url);
  strictEqual(await trusts(server.url, first.caPath), true);
  await Deno.writeTextFile(`${path}/cert.pem`, "none");
  const watcher = () => project.watchers.at(-1)!;
  ok(watcher().options.files.includes(`${path}/cert.pem`));
  watcher().tell([`${path}/cert.pem`]);
  // With each configuration before, it was tried whether there is a component by now.
  await project.event("build-failed", 2);
  match((await project.event("build-failed", 3)).text, /cert\.pem/);
  strictEqual(await trusts(server.url, first.caPath), true);
  await write(await second.sign("IP:127.0.0.1"));
  watcher().tell([`${path}/cert.pem`, `${path}/key.pem`]);
  await project.event("reconfigured", 2);
  strictEqual(await trusts(server.url, second.caPath), true);
  strictEqual(await trusts(server.url, first.caPath), false);
});

/** Whether a client that trusts one authority alone is answered. */
async function trusts(url: string, caPath: string): Promise<boolean> {
  using client = Deno.createHttpClient({
    caCerts: [await Deno.readTextFile(caPath)],
  });
  try {
    const response = await fetch(url, { client });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
