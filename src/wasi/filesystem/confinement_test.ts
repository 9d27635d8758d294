import assert from "node:assert/strict";
import type { Descriptor } from "./descriptor.ts";
import {
  CREATE,
  FOLLOW,
  NO_FOLLOW,
  NONE,
  READ,
  refuses,
  temporaryVolume,
} from "./_temporary_volume.ts";

/** Every way by which a descriptor takes a path. */
const WAYS: Record<string, (root: Descriptor, path: string) => unknown> = {
  openAt: (root, path) => root.openAt(FOLLOW, path, NONE, READ),
  "openAt to create": (root, path) => root.openAt(FOLLOW, path, CREATE, CREATE),
  "openAt to truncate": (root, path) =>
    root.openAt(FOLLOW, path, { ...CREATE, truncate: true }, CREATE),
  statAt: (root, path) => root.statAt(FOLLOW, path),
  metadataHashAt: (root, path) => root.metadataHashAt(FOLLOW, path),
  setTimesAt: (root, path) =>
    root.setTimesAt(FOLLOW, path, { tag: "now" }, { tag: "now" }),
};

/** The same for paths whose last component is not followed. */
const WAYS_TO_A_NAME: typeof WAYS = {
  createDirectoryAt: (root, path) => root.createDirectoryAt(path),
  readlinkAt: (root, path) => root.readlinkAt(path),
  unlinkFileAt: (root, path) => root.unlinkFileAt(path),
  removeDirectoryAt: (root, path) => root.removeDirectoryAt(path),
  symlinkAt: (root, path) => root.symlinkAt("x", path),
  "linkAt from": (root, path) => root.linkAt(NO_FOLLOW, path, root, "new"),
  "linkAt to": (root, path) => root.linkAt(NO_FOLLOW, "file", root, path),
  "renameAt from": (root, path) => root.renameAt(path, root, "new"),
  "renameAt to": (root, path) => root.renameAt("file", root, path),
};

/** Paths that lead out, whatever their last component is. */
const ESCAPES: readonly [path: string, code: string][] = [
  ["../outside.txt", "not-permitted"],
  ["..", "not-permitted"],
  ["./../outside.txt", "not-permitted"],
  ["sub/../../outside.txt", "not-permitted"],
  ["sub/./.././../volume/file", "not-permitted"],
  ["/etc/passwd", "not-permitted"],
  ["/", "not-permitted"],
  ["//outside.txt", "not-permitted"],
  ["up/outside.txt", "not-permitted"],
  ["up/volume/file", "not-permitted"],
  ["absolute/outside.txt", "not-permitted"],
  ["sub/deep/outside.txt", "not-permitted"],
  ["chain/outside.txt", "not-permitted"],
  ["loop/x", "loop"],
  ["file/x", "not-directory"],
  ["file/../file", "not-directory"],
  ["missing/../../outside.txt", "no-entry"],
  ["", "no-entry"],
  ["a\0b", "invalid"],
  ["a".repeat(256), "name-too-long"],
  ["é".repeat(128), "name-too-long"],
  ["a/".repeat(2048), "name-too-long"],
];

/** Symbolic links that lead out by themselves. */
const LINKS: readonly [path: string, code: string][] = [
  ["to-outside", "not-permitted"],
  ["to-absolute", "not-permitted"],
  ["sub/to-outside", "not-permitted"],
  ["to-missing-outside", "not-permitted"],
  ["up", "not-permitted"],
  ["chain", "not-permitted"],
  ["loop", "loop"],
];

async function trap(path: string, above: string): Promise<void> {
  await Deno.mkdir(`${path}/sub`);
  await Deno.writeTextFile(`${path}/file`, "inside");
  await Deno.symlink("..", `${path}/up`);
  await Deno.symlink(above, `${path}/absolute`);
  await Deno.symlink("../..", `${path}/sub/deep`);
  await Deno.symlink("up", `${path}/chain`);
  await Deno.symlink("loop", `${path}/loop`);
  await Deno.symlink("../outside.txt", `${path}/to-outside`);
  await Deno.symlink("../../outside.txt", `${path}/sub/to-outside`);
  await Deno.symlink("../made-outside.txt", `${path}/to-missing-outside`);
  await Deno.symlink(`${above}/outside.txt`, `${path}/to-absolute`);
}

for (const [name, go] of Object.entries({ ...WAYS, ...WAYS_TO_A_NAME })) {
  Deno.test(`${name}: no path leads out of a volume`, async () => {
    await using volume = await temporaryVolume();
    await trap(volume.path, volume.above);
    const root = await volume.root();
    const cases = name in WAYS ? [...ESCAPES, ...LINKS] : ESCAPES;
    for (const [path, code] of cases) {
      await refuses(code, () => go(root, path), JSON.stringify(path));
    }
    assert.equal(
      await Deno.readTextFile(`${volume.above}/outside.txt`),
      "secret",
    );
    const outside = [...Deno.readDirSync(volume.above)].map(({ name }) => name);
    assert.deepEqual(outside.sort(), ["outside.txt", "volume"]);
  });
}

Deno.test("a directory's own descriptor is where its paths end", async () => {
  await using volume = await temporaryVolume();
  await trap(volume.path, volume.above);
  const root = await volume.root();
  const sub = await root.openAt(NO_FOLLOW, "sub", NONE, READ);
  await refuses("not-permitted", () => sub.statAt(FOLLOW, "../file"));
  await refuses("not-permitted", () => sub.statAt(FOLLOW, ".."));
  assert.equal((await sub.statAt(FOLLOW, ".")).type, "directory");
});

Deno.test("symbolic links that stay inside are followed, and their names are not", async () => {
  await using volume = await temporaryVolume();
  await trap(volume.path, volume.above);
  await Deno.symlink("../file", `${volume.path}/sub/inside`);
  const root = await volume.root();
  const followed = await root.statAt(FOLLOW, "sub/inside");
  assert.deepEqual([followed.type, followed.size], ["regular-file", 6n]);
  const name = await root.statAt(NO_FOLLOW, "sub/inside");
  assert.equal(name.type, "symbolic-link");
  assert.equal(await root.readlinkAt("sub/inside"), "../file");
  await refuses(
    "loop",
    () => root.openAt(NO_FOLLOW, "sub/inside", NONE, READ),
  );
  await refuses("not-permitted", () => root.readlinkAt("absolute"));
  await root.unlinkFileAt("to-outside");
  await refuses("no-entry", () => root.statAt(NO_FOLLOW, "to-outside"));
});

Deno.test("symlink-at refuses targets that are absolute or no path", async () => {
  await using volume = await temporaryVolume();
  const root = await volume.root();
  await refuses("not-permitted", () => root.symlinkAt("/etc/passwd", "x"));
  await refuses("no-entry", () => root.symlinkAt("", "x"));
  await refuses("invalid", () => root.symlinkAt("a\0", "x"));
  await root.symlinkAt("../outside.txt", "x");
  await refuses("not-permitted", () => root.openAt(FOLLOW, "x", NONE, READ));
});

Deno.test("a directory that another process has exchanged for a link leads nowhere", async () => {
  await using volume = await temporaryVolume();
  await Deno.mkdir(`${volume.path}/sub`);
  const root = await volume.root();
  const sub = await root.openAt(NO_FOLLOW, "sub", NONE, READ);
  await Deno.rename(`${volume.path}/sub`, `${volume.path}/moved`);
  await Deno.symlink("..", `${volume.path}/sub`);
  await refuses(
    "not-permitted",
    () => sub.openAt(FOLLOW, "outside.txt", NONE, READ),
  );
  await Deno.remove(`${volume.path}/sub`);
  await Deno.mkdir(`${volume.path}/sub`);
  await refuses("no-entry", () => sub.statAt(FOLLOW, "."), "another directory");
});

Deno.test({
  name: "pipes are seen and never opened",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using volume = await temporaryVolume();
    const pipe = `${volume.path}/pipe`;
    const made = await new Deno.Command("mkfifo", { args: [pipe] }).output();
    assert.ok(made.success);
    const root = await volume.root();
    assert.equal((await root.statAt(FOLLOW, "pipe")).type, "fifo");
    await refuses(
      "not-permitted",
      () => root.openAt(FOLLOW, "pipe", NONE, READ),
    );
  },
});

Deno.test("two guests that exchange a directory for a link and open below it never meet outside", async () => {
  await using volume = await temporaryVolume();
  await Deno.mkdir(`${volume.path}/sub`);
  await Deno.writeTextFile(`${volume.path}/sub/outside.txt`, "inside");
  const one = await volume.root();
  await one.symlinkAt("..", "link");
  const seen = new Set<string>();
  const exchange = async () => {
    for (let turn = 0; turn < 40; turn++) {
      await one.renameAt("sub", one, "aside");
      await one.renameAt("link", one, "sub");
      await one.renameAt("sub", one, "link");
      await one.renameAt("aside", one, "sub");
    }
  };
  const open = async () => {
    for (let turn = 0; turn < 120; turn++) {
      try {
        using file = await one.openAt(FOLLOW, "sub/outside.txt", NONE, READ);
        const [bytes] = await file.read(100n, 0n);
        seen.add(new TextDecoder().decode(bytes));
      } catch (error) {
        seen.add(String((error as { payload?: unknown }).payload));
      }
    }
  };
  await Promise.all([exchange(), open(), open()]);
  assert.ok(seen.delete("inside"));
  // While the one is away there is nothing, while the link is there it leads out.
  seen.delete("no-entry");
  seen.delete("not-permitted");
  assert.deepEqual([...seen], []);
});
