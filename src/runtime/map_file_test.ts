import assert from "node:assert/strict";
import { readMapBeside } from "./map_file.ts";

Deno.test("readMapBeside() reads maps of the component's folder, and no others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/app`);
    await Deno.writeTextFile(`${folder}/app/a.wasm.map`, "beside");
    await Deno.writeTextFile(`${folder}/app/secrets`, "secret");
    await Deno.writeTextFile(`${folder}/up.map`, "secret");
    const read = readMapBeside(`${folder}/app/a.wasm`);
    assert.equal(await read("a.wasm.map"), "beside");
    for (
      const name of [
        "missing.map",
        "secrets",
        "../up.map",
        "..\\up.map",
        `${folder}/up.map`,
        `file://${folder}/up.map`,
        "./../up.map",
        "",
      ]
    ) {
      assert.equal(await read(name), undefined, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
