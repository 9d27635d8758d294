import assert from "node:assert/strict";
import { join } from "node:path";
import { type BrowserSystem, openBrowser } from "./open_browser.ts";

const URL = "http://127.0.0.1:8000/a;b?$(touch%20c)&d='e'";

/** A system whose browser is a script. */
async function makeSystem(script: string) {
  const path = await Deno.makeTempDir();
  for (const name of ["xdg-open", "open"]) {
    await Deno.writeTextFile(join(path, name), `#!/bin/sh\n${script}\n`);
    await Deno.chmod(join(path, name), 0o755);
  }
  const system: BrowserSystem = {
    os: "linux",
    user: 1000,
    env: { PATH: path, DISPLAY: ":0", OPENED: join(path, "opened") },
  };
  return {
    path,
    system,
    opened: () => Deno.readTextFile(join(path, "opened")),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const WRITE = `printf '%s|' "$#" "$@" > "$OPENED"`;

for (const os of ["linux", "darwin"] as const) {
  Deno.test({
    name: `openBrowser() hands the address as it is to the browser of ${os}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using room = await makeSystem(WRITE);
      assert.equal(await openBrowser(URL, { ...room.system, os }), undefined);
      assert.equal(await room.opened(), `1|${URL}|`);
    },
  });
}

Deno.test("openBrowser() says why there is none", async (test) => {
  const cases: [
    name: string,
    script: string,
    system: (system: BrowserSystem) => BrowserSystem,
    reason: string,
  ][] = [
    [
      "root",
      WRITE,
      (system) => ({ ...system, user: 0 }),
      "Wharf runs as root, and a browser should not",
    ],
    [
      "no display",
      WRITE,
      ({ env: { DISPLAY: _, ...env }, ...system }) => ({ ...system, env }),
      "there is no display",
    ],
    ["a failure", "exit 4", (system) => system, "xdg-open exited with 4"],
    [
      "no program",
      WRITE,
      (system) => ({ ...system, env: { ...system.env, PATH: "/nowhere" } }),
      "xdg-open is missing",
    ],
  ];
  for (const [name, script, change, reason] of cases) {
    await test.step(name, async () => {
      await using room = await makeSystem(script);
      assert.equal(await openBrowser(URL, change(room.system)), reason);
      await assert.rejects(room.opened(), Deno.errors.NotFound);
    });
  }
});
