/**
 * The questions of `new` on a real pseudo-terminal.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ptyMissing, startShell } from "./support/pty.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const missing = ptyMissing();

Deno.test({
  name: `new asks for a name and a template, at a terminal${
    missing === undefined ? "" : ` (ignored: ${missing})`
  }`,
  ignore: missing !== undefined,
  async fn() {
    const cwd = await Deno.makeTempDir();
    try {
      await using shell = await startShell({ cwd });
      const command = `${Deno.execPath()} run -A ${PROJECT}main.ts new`;
      await shell.type(`${command}\n`);
      await shell.shown(/Name of the new folder: /);
      await shell.type("nul\n");
      await shell.shown(
        /Cannot use "nul": .* device\n[^\n]*Name of the new folder: /,
      );
      await shell.type("my-app\n");
      const list = await shell.shown(/Number or name \[1\]: /);
      assert.match(list, /\n {2}1 {2}http-kv-handler .* \(default\)\n/);
      await shell.type("2\n");
      const said = await shell.shown(/PROMPT> /);
      assert.match(said, /Made a project in my-app\.\n/);
      await Deno.stat(join(cwd, "my-app", "src", "component.ts"));

      await shell.type(`${command} --template http-kv-go\n`);
      await shell.shown(/Name of the new folder: /);
      await shell.type("other\n");
      assert.match(
        await shell.shown(/PROMPT> /),
        /Made a project in other\.\nIts build needs Go/,
      );

      await shell.type(`${command}\n`);
      await shell.shown(/Name of the new folder: /);
      await shell.type("third\n");
      await shell.shown(/Number or name \[1\]: /);
      await shell.type("\n");
      await shell.shown(/PROMPT> /);
      await Deno.stat(join(cwd, "third", "src", "handler.ts"));

      assert.match(
        await shell.run(`${command} < /dev/null`),
        /^Cannot make a project: it takes one name, /,
      );
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
});
