/**
 * The directories that guests are given: folders of the host under the names that guests see.
 *
 * @module
 */

import type { Gate } from "../../runtime/gate.ts";
import { PathGate } from "./path_gate.ts";

/** A folder for guests. */
export interface VolumeOptions {
  /** The folder on this machine, absolute. */
  readonly hostPath: string;
  /** Where guests see it. */
  readonly guestPath: string;
  /** Whether guests may change what is in it. */
  readonly mode: "ro" | "rw";
}

/** A folder that is there. */
export interface Volume {
  /** Where it lies, without symbolic links. */
  readonly root: string;
  readonly guestPath: string;
  readonly isReadOnly: boolean;
  /** Orders the guests of all volumes: folders may lie in one another. */
  readonly gate: Gate;
  /** What works on it. */
  readonly host: typeof import("./host_files.ts");
  /** What {@linkcode metadataHash} hides the host's numbers with. */
  readonly secret: string;
}

/** A folder cannot be given to guests. */
export class VolumeError extends Error {
  /** `VolumeError`. */
  override readonly name = "VolumeError";
}

/** What the volumes of several threads have in common. */
export interface VolumesShare {
  /** Orders all that work on them. */
  readonly gate: Gate;
  /** Keeps the host's numbers of files from guests. */
  readonly secret: string;
}

/** The folders of one project. */
export class Volumes {
  readonly #options: readonly VolumeOptions[];
  readonly #share: VolumesShare;
  #open: readonly Volume[] = [];

  /** @param share Where guests run in several threads it MUST be one for all of them. */
  constructor(
    options: readonly VolumeOptions[],
    share: VolumesShare = {
      gate: new PathGate(),
      secret: crypto.randomUUID(),
    },
  ) {
    this.#options = options;
    this.#share = share;
  }

  /** Those that are there; none before {@linkcode open}. */
  get list(): readonly Volume[] {
    return this.#open;
  }

  /**
   * Looks for the folders. Once is enough, again does no harm.
   *
   * @throws {VolumeError} One is missing, is no folder, or has the name of another.
   */
  async open(): Promise<void> {
    if (this.#options.length === 0) return;
    const host = await import("./host_files.ts");
    const names = new Set<string>();
    const open: Volume[] = [];
    for (const { hostPath, guestPath, mode } of this.#options) {
      const name = JSON.stringify(guestPath);
      if (names.has(guestPath)) {
        throw new VolumeError(
          `Cannot mount ${name}: two volumes have this guest_path; change one in dev.volumes`,
        );
      }
      names.add(guestPath);
      open.push({
        root: await findFolder(hostPath),
        guestPath,
        isReadOnly: mode === "ro",
        ...this.#share,
        host,
      });
    }
    this.#open = open;
  }
}

async function findFolder(path: string): Promise<string> {
  const refuse = (state: string, cause?: unknown) =>
    new VolumeError(
      `Cannot mount ${JSON.stringify(path)}: ${state}`,
      cause === undefined ? {} : { cause },
    );
  try {
    const root = await Deno.realPath(path);
    if ((await Deno.stat(root)).isDirectory) return root;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw refuse(
        "Deno was not allowed to read it; grant --allow-read and --allow-write for it",
        cause,
      );
    }
    throw refuse(
      "there is no such folder; make it, or change dev.volumes",
      cause,
    );
  }
  throw refuse("it is no folder; change dev.volumes");
}
