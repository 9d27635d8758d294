import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { makeProject, run } from "../../tests/support/run_main.ts";

Deno.test("inspect says what is wrong with its flags", async (test) => {
  const cases: [args: string[], message: string][] = [
    [
      ["inspect", "--config", "x.wasm"],
      `Cannot inspect "x.wasm": --config prints the configuration alone; leave one of them out`,
    ],
    [
      ["inspect", "--config", "--wit"],
      "Cannot inspect --wit: --config prints the configuration alone; leave one of them out",
    ],
    [
      ["inspect", "x.wasm", "y.wasm"],
      `Cannot inspect "y.wasm": inspect takes one file; name the others in dev.components`,
    ],
    [
      ["inspect", "x.wasm", "--component=y.wasm"],
      `Cannot inspect "x.wasm": --component names another file; leave one of them out`,
    ],
    [
      ["inspect", "--config", "--format=xml"],
      `Cannot use --format "xml": it is neither text nor json`,
    ],
    [
      ["inspect", "--no-build"],
      `Cannot read "--no-build": there is no such flag; --help lists all`,
    ],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      const outcome = { code: 1, stdout: "", stderr: message };
      deepStrictEqual(await run(args), outcome);
    });
  }
});

Deno.test("inspect --config prints the configuration, secrets masked", async (test) => {
  await using project = await makeProject(`dev:
  wasi_keyvalue_redis_url: redis://me:hunter2@localhost
  service: true
`);
  const cwd = project.path;

  await test.step("text", async () => {
    const { code, stdout, stderr } = await run(["inspect", "--config"], {
      cwd,
    });
    strictEqual(code, 0);
    strictEqual(
      stderr,
      "Warning: not supported yet and ignored: dev.service (.wash/config.yaml:3:3)",
    );
    ok(
      stdout.includes(
        "\ndev.wasi_keyvalue_redis_url = redis://me:***@localhost    (.wash/config.yaml:2:28)\n",
      ),
      stdout,
    );
    ok(!stdout.includes("hunter2"));
  });

  await test.step("JSON", async () => {
    const args = ["inspect", "--config", "--format", "json", "--port", "1"];
    const { code, stdout, stderr } = await run(args, { cwd });
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
    const inspected = JSON.parse(stdout);
    strictEqual(inspected.project, project.path);
    deepStrictEqual(
      inspected.settings.find(({ key }: { key: string }) =>
        key === "dev.address"
      ),
      {
        key: "dev.address",
        value: "127.0.0.1:1",
        origin: "--port",
        place: { kind: "flag", name: "port" },
      },
    );
    ok(!stdout.includes("hunter2"));
  });
});
