import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import type { Descriptor } from "./descriptor.ts";
import { makePreopensInterface } from "./preopens.ts";
import { VolumeError, type VolumeOptions, Volumes } from "./volumes.ts";

function directories(volumes?: Volumes): [Descriptor, string][] {
  const { getDirectories } = makePreopensInterface(volumes).imports(
    new RecordedInstance(),
  );
  return (getDirectories as () => [Descriptor, string][])();
}

Deno.test("get-directories gives none without volumes, and each volume by its guest path", async () => {
  assert.deepEqual(directories(), []);
  const folder = await Deno.makeTempDir();
  const volumes = new Volumes([
    { hostPath: folder, guestPath: "/data", mode: "rw" },
    { hostPath: folder, guestPath: "static", mode: "ro" },
  ]);
  await volumes.open();
  const found = directories(volumes);
  assert.deepEqual(found.map(([, name]) => name), ["/data", "static"]);
  assert.deepEqual(
    found.map(([directory]) => directory.getFlags().mutateDirectory),
    [true, false],
  );
  assert.ok(await found[0]![0].isSameObject(found[1]![0]));
  await Deno.remove(folder);
});

Deno.test("open() says which folder cannot be mounted, and what helps", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/file`;
  await Deno.writeTextFile(file, "");
  const volume = (hostPath: string): VolumeOptions => ({
    hostPath,
    guestPath: "/x",
    mode: "ro",
  });
  const cases: [VolumeOptions[], string][] = [
    [
      [volume(`${folder}/none`)],
      `Cannot mount "${folder}/none": there is no such folder; make it, or change dev.volumes`,
    ],
    [
      [volume(file)],
      `Cannot mount "${file}": it is no folder; change dev.volumes`,
    ],
    [
      [volume(folder), volume(folder)],
      'Cannot mount "/x": two volumes have this guest_path; change one in dev.volumes',
    ],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(() => new Volumes(options).open(), (error) => {
      assert.ok(error instanceof VolumeError);
      assert.equal(error.message, message);
      return true;
    });
  }
  await Deno.remove(folder, { recursive: true });
});
