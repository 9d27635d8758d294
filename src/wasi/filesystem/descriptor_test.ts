import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { InputStream } from "../io/streams.ts";
import type { Descriptor } from "./descriptor.ts";
import {
  CREATE,
  FOLLOW,
  NO_FOLLOW,
  NONE,
  READ,
  refuses,
  temporaryVolume,
  WRITE,
} from "./_temporary_volume.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function readAll(stream: InputStream): Promise<string> {
  let text = "";
  try {
    while (true) text += decoder.decode(await stream.blockingRead(65536n));
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    assert.deepEqual(error.payload, { tag: "closed" });
  }
  stream[Symbol.dispose]();
  return text;
}

Deno.test("read and write go by offset, and read tells the end", async () => {
  await using volume = await temporaryVolume();
  const root = await volume.root();
  using file = await root.openAt(FOLLOW, "file", CREATE, CREATE);
  assert.equal(await file.write(encoder.encode("hello world"), 0n), 11n);
  assert.equal(await file.write(encoder.encode("W"), 6n), 1n);
  const [bytes, end] = await file.read(100n, 6n);
  assert.deepEqual([decoder.decode(bytes), end], ["World", false]);
  assert.deepEqual(await file.read(100n, 11n), [new Uint8Array(0), true]);
  assert.deepEqual(await file.read(0n, 0n), [new Uint8Array(0), false]);
  const far = 2n ** 63n;
  await refuses("invalid", () => file.read(1n, far));
  await refuses("file-too-large", () => file.write(new Uint8Array(1), far));
  await refuses("file-too-large", () => file.setSize(far));
  await refuses("invalid", () => file.readViaStream(far));
  await refuses("file-too-large", () => file.writeViaStream(far));
});

Deno.test("read gives no more than a piece, whatever length the guest asks for", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeFile(`${volume.path}/file`, new Uint8Array(200_000));
  const root = await volume.root();
  using file = await root.openAt(FOLLOW, "file", NONE, READ);
  const [bytes] = await file.read(2n ** 64n - 1n, 0n);
  assert.equal(bytes.length, 65536);
});

Deno.test("streams read, write and append, and outlive their descriptor", async () => {
  await using volume = await temporaryVolume();
  const root = await volume.root();
  const file = await root.openAt(FOLLOW, "file", CREATE, CREATE);
  const writer = file.writeViaStream(0n);
  await writer.blockingWriteAndFlush(encoder.encode("0123456789"));
  const appender = file.appendViaStream();
  const other = file.appendViaStream();
  const reader = file.readViaStream(4n);
  file[Symbol.dispose]();
  await appender.blockingWriteAndFlush(encoder.encode("ab"));
  await other.blockingWriteAndFlush(encoder.encode("cd"));
  await appender.blockingWriteAndFlush(encoder.encode("ef"));
  assert.equal(await readAll(reader), "456789abcdef");
  for (const stream of [writer, appender, other]) stream[Symbol.dispose]();
});

Deno.test("append-via-stream finds the end of a file that was renamed", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeTextFile(`${volume.path}/file`, "old ");
  const root = await volume.root();
  using file = await root.openAt(FOLLOW, "file", NONE, WRITE);
  await root.renameAt("file", root, "moved");
  await Deno.writeTextFile(`${volume.path}/file`, "another");
  const stream = file.appendViaStream();
  await stream.blockingWriteAndFlush(encoder.encode("new"));
  stream[Symbol.dispose]();
  assert.equal(await Deno.readTextFile(`${volume.path}/moved`), "old new");
  assert.equal(await Deno.readTextFile(`${volume.path}/file`), "another");
});

Deno.test("what a guest has written when it is dropped still reaches the file", async () => {
  await using volume = await temporaryVolume();
  const root = await volume.root();
  const file = await root.openAt(FOLLOW, "file", CREATE, CREATE);
  const stream = file.writeViaStream(0n);
  stream.write(encoder.encode("last words"));
  const reader = file.readViaStream(0n);
  stream[Symbol.dispose]();
  file[Symbol.dispose]();
  // The calls of a file run in their order: this one comes after the writing.
  assert.equal(await readAll(reader), "last words");
});

Deno.test("open-at honours its flags", async () => {
  await using volume = await temporaryVolume();
  await Deno.mkdir(`${volume.path}/folder`);
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const root = await volume.root();
  const open = (path: string, flags: Partial<typeof NONE>) =>
    root.openAt(FOLLOW, path, { ...NONE, ...flags }, { ...READ, ...flags });
  const create = true, exclusive = true, directory = true, truncate = true;
  const write = true;
  for (
    const [path, flags, code] of [
      ["missing", {}, "no-entry"],
      ["missing/x", { create }, "no-entry"],
      ["missing/", { create, write }, "is-directory"],
      ["file", { create, exclusive }, "exist"],
      ["folder", { create, exclusive }, "exist"],
      ["file", { directory }, "not-directory"],
      ["file/", {}, "not-directory"],
      ["file/.", {}, "not-directory"],
      ["folder", { write }, "is-directory"],
      ["folder", { truncate }, "is-directory"],
      ["new", { create, directory }, "invalid"],
    ] as const
  ) {
    await refuses(
      code,
      () => open(path, flags),
      `${path} ${Object.keys(flags)}`,
    );
  }
  using folder = await open("folder/", { directory });
  assert.equal(folder.getType(), "directory");
  using emptied = await open("file", { truncate, write });
  assert.equal((await emptied.stat()).size, 0n);
  assert.equal(emptied.getType(), "regular-file");
  assert.deepEqual(emptied.getFlags(), WRITE_FLAGS);
  using made = await open("made", { create, exclusive, write });
  assert.equal((await made.stat()).size, 0n);
});

const WRITE_FLAGS = {
  ...WRITE,
  truncate: true,
};

Deno.test("a file that was not opened for it is neither read nor written", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const root = await volume.root();
  using reader = await root.openAt(FOLLOW, "file", NONE, READ);
  using writer = await root.openAt(FOLLOW, "file", NONE, {
    ...NONE,
    write: true,
  });
  const bytes = new Uint8Array(1);
  await refuses("bad-descriptor", () => reader.write(bytes, 0n));
  await refuses("bad-descriptor", () => reader.writeViaStream(0n));
  await refuses("bad-descriptor", () => reader.appendViaStream());
  await refuses("bad-descriptor", () => reader.setSize(0n));
  await refuses("bad-descriptor", () => writer.read(1n, 0n));
  await refuses("bad-descriptor", () => writer.readViaStream(0n));
  await refuses("not-directory", () => reader.readDirectory());
  await refuses("not-directory", () => reader.statAt(FOLLOW, "x"));
  await refuses("is-directory", () => root.read(1n, 0n));
  await refuses("is-directory", () => root.advise());
  assert.equal(reader.advise(), undefined);
});

const CHANGES: Record<string, (root: Descriptor, file: Descriptor) => unknown> =
  {
    create: (root) => root.openAt(FOLLOW, "new", CREATE, CREATE),
    write: (root) => root.openAt(FOLLOW, "file", NONE, WRITE),
    truncate: (root) =>
      root.openAt(FOLLOW, "file", { ...NONE, truncate: true }, READ),
    mutateDirectory: (root) =>
      root.openAt(FOLLOW, "folder", NONE, { ...READ, mutateDirectory: true }),
    createDirectoryAt: (root) => root.createDirectoryAt("new"),
    unlinkFileAt: (root) => root.unlinkFileAt("file"),
    removeDirectoryAt: (root) => root.removeDirectoryAt("folder"),
    renameAt: (root) => root.renameAt("file", root, "new"),
    linkAt: (root) => root.linkAt(NO_FOLLOW, "file", root, "new"),
    symlinkAt: (root) => root.symlinkAt("file", "new"),
    setTimesAt: (root) =>
      root.setTimesAt(FOLLOW, "file", { tag: "now" }, { tag: "now" }),
    setTimes: (root) => root.setTimes({ tag: "now" }, { tag: "now" }),
    "setTimes of a file": (_, file) =>
      file.setTimes({ tag: "now" }, { tag: "now" }),
    setSize: (_, file) => file.setSize(0n),
    writeViaStream: (_, file) => file.writeViaStream(0n),
    appendViaStream: (_, file) => file.appendViaStream(),
  };

Deno.test("a volume that is read only answers read-only to every change", async () => {
  await using volume = await temporaryVolume();
  await Deno.mkdir(`${volume.path}/folder`);
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const root = await volume.root("ro");
  using file = await root.openAt(FOLLOW, "file", NONE, READ);
  for (const [name, change] of Object.entries(CHANGES)) {
    await refuses("read-only", () => change(root, file), name);
  }
  const other = await volume.root("rw");
  await refuses("read-only", () => root.renameAt("file", other, "new"));
  await refuses("read-only", () => other.renameAt("file", root, "new"));
  await refuses("read-only", () => root.linkAt(NO_FOLLOW, "file", other, "n"));
  await refuses("read-only", () => other.linkAt(NO_FOLLOW, "file", root, "n"));
  assert.equal(await readAll(file.readViaStream(0n)), "text");
});

Deno.test("directories are made, listed, renamed and removed", async () => {
  await using volume = await temporaryVolume();
  const root = await volume.root();
  await root.createDirectoryAt("folder");
  await refuses("exist", () => root.createDirectoryAt("folder"));
  await refuses("no-entry", () => root.createDirectoryAt("none/folder"));
  (await root.openAt(FOLLOW, "folder/file", CREATE, CREATE))[Symbol.dispose]();
  await root.symlinkAt("file", "folder/link");
  const folder = await root.openAt(FOLLOW, "folder", NONE, READ);
  await folder.createDirectoryAt("deep");
  const entries = folder.readDirectory();
  const found: string[] = [];
  for (
    let entry = await entries.readDirectoryEntry();
    entry !== undefined;
    entry = await entries.readDirectoryEntry()
  ) {
    found.push(`${entry.name} ${entry.type}`);
  }
  assert.equal(await entries.readDirectoryEntry(), undefined);
  assert.deepEqual(found.sort(), [
    "deep directory",
    "file regular-file",
    "link symbolic-link",
  ]);
  await refuses("not-empty", () => root.removeDirectoryAt("folder"));
  await refuses("not-directory", () => root.removeDirectoryAt("folder/file"));
  await refuses("is-directory", () => root.unlinkFileAt("folder/deep"));
  await refuses("invalid", () => root.removeDirectoryAt("."));
  await refuses("invalid", () => root.renameAt(".", root, "x"));
  await folder.renameAt("file", root, "moved");
  await root.renameAt("folder/deep", root, "shallow/");
  await root.removeDirectoryAt("shallow");
  await root.unlinkFileAt("folder/link");
  await root.removeDirectoryAt("folder/");
  await refuses("no-entry", () => folder.stat());
  await root.sync();
  await root.syncData();
  assert.equal((await root.statAt(FOLLOW, "moved")).size, 0n);
});

Deno.test("stat, hashes and times follow an object under all of its names", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const root = await volume.root();
  await root.linkAt(NO_FOLLOW, "file", root, "name");
  await Deno.writeTextFile(`${volume.path}/other`, "text");
  using one = await root.openAt(FOLLOW, "file", NONE, WRITE);
  using same = await root.openAt(FOLLOW, "name", NONE, READ);
  using other = await root.openAt(FOLLOW, "other", NONE, READ);
  assert.ok(await one.isSameObject(same));
  assert.equal(await one.isSameObject(other), false);
  assert.equal(await one.isSameObject(root), false);
  const hash = await one.metadataHash();
  assert.deepEqual(await root.metadataHashAt(FOLLOW, "name"), hash);
  assert.notDeepEqual(await other.metadataHash(), hash);
  await one.setSize(2n);
  assert.deepEqual(await one.metadataHash(), hash);
  const at = (seconds: bigint, nanoseconds: number) => ({
    tag: "timestamp" as const,
    val: { seconds, nanoseconds },
  });
  await one.setTimes(at(1000n, 500_000_000), at(2000n, 0));
  await root.setTimesAt(FOLLOW, "name", { tag: "no-change" }, at(3000n, 0));
  const stat = await same.stat();
  assert.deepEqual([stat.linkCount, stat.size, stat.type], [
    2n,
    2n,
    "regular-file",
  ]);
  assert.deepEqual(stat.dataAccessTimestamp, {
    seconds: 1000n,
    nanoseconds: 500_000_000,
  });
  assert.deepEqual(stat.dataModificationTimestamp, {
    seconds: 3000n,
    nanoseconds: 0,
  });
  const before = Date.now() - 1000;
  await one.setTimes({ tag: "no-change" }, { tag: "now" });
  const now = (await one.stat()).dataModificationTimestamp!;
  assert.ok(Number(now.seconds) * 1000 >= before - 1000);
  await refuses("invalid", () => one.setTimes(at(2n ** 63n, 0), at(0n, 0)));
  await refuses("invalid", () => one.setTimes(at(0n, 1e9), at(0n, 0)));
  await one.sync();
  await one.syncData();
});

Deno.test("an instance that holds as many files as it may is told so, and others are not", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const root = await volume.root();
  const open = () => root.openAt(FOLLOW, "file", NONE, READ);
  const held: Descriptor[] = [];
  await refuses("quota", async () => {
    while (held.length < 1000) held.push(await open());
  });
  assert.equal(held.length, 128);
  const another = await volume.root("ro", new RecordedInstance());
  (await another.openAt(FOLLOW, "file", NONE, READ))[Symbol.dispose]();
  for (const file of held) file[Symbol.dispose]();
  await held[0]!.stat().catch(() => {}); // after the closing
  (await open())[Symbol.dispose]();
});

Deno.test("a file that is opened for a guest that is gone is closed", async () => {
  await using volume = await temporaryVolume();
  await Deno.writeTextFile(`${volume.path}/file`, "text");
  const instance = new RecordedInstance();
  const root = await volume.root("ro", instance);
  const opening = root.openAt(FOLLOW, "file", NONE, READ);
  instance.drop();
  const file = await opening;
  await refuses("bad-descriptor", () => file.stat());
});
