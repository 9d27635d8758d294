/**
 * A volume in a folder of its own, for the unit tests of this room.
 *
 * @module
 */

import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import { WitError } from "../../runtime/host_interface.ts";
import type { Descriptor } from "./descriptor.ts";
import type { DescriptorFlags, OpenFlags } from "./open_at.ts";
import { makePreopensInterface } from "./preopens.ts";
import { Volumes } from "./volumes.ts";

/** Flags of the WIT by name. */
export const NONE: OpenFlags & DescriptorFlags = {
  create: false,
  directory: false,
  exclusive: false,
  truncate: false,
  read: false,
  write: false,
  fileIntegritySync: false,
  dataIntegritySync: false,
  requestedWriteSync: false,
  mutateDirectory: false,
};
export const READ: typeof NONE = { ...NONE, read: true };
export const WRITE: typeof NONE = { ...NONE, read: true, write: true };
export const CREATE: typeof NONE = { ...WRITE, create: true };
export const FOLLOW = { symlinkFollow: true };
export const NO_FOLLOW = { symlinkFollow: false };

/** A folder `volume` with a file `outside.txt` beside it. */
export interface TemporaryVolume extends AsyncDisposable {
  /** The folder that holds both. */
  readonly above: string;
  readonly path: string;
  readonly instance: RecordedInstance;
  /** The descriptor of the folder, for a new guest each time. */
  root(mode?: "ro" | "rw", instance?: RecordedInstance): Promise<Descriptor>;
}

/** Makes one. */
export async function temporaryVolume(): Promise<TemporaryVolume> {
  const above = await Deno.realPath(await Deno.makeTempDir());
  const path = `${above}/volume`;
  await Deno.mkdir(path);
  await Deno.writeTextFile(`${above}/outside.txt`, "secret");
  const instance = new RecordedInstance();
  return {
    above,
    path,
    instance,
    async root(mode = "rw", holder = instance) {
      const volumes = new Volumes([{ hostPath: path, guestPath: "/", mode }]);
      await volumes.open();
      const { getDirectories } = makePreopensInterface(volumes).imports(holder);
      return (getDirectories as () => [Descriptor, string][])()[0]![0];
    },
    async [Symbol.asyncDispose]() {
      instance.drop();
      await Deno.remove(above, { recursive: true });
    },
  };
}

/** Makes sure that the guest is told this code. */
export async function refuses(
  code: string,
  act: () => unknown,
  what?: string,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    assert.equal(error.payload, code, what ?? code);
    return;
  }
  assert.fail(`${what ?? "it"} is not refused`);
}
