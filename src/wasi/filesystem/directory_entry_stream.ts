/**
 * What is in a directory, entry by entry.
 *
 * @module
 */

import type { Dirent } from "node:fs";
import type { Directory } from "./directory.ts";
import { refusal } from "./error_code.ts";
import { type DescriptorType, typeOf } from "./stat.ts";

/** `record directory-entry` */
export interface DirectoryEntry {
  readonly type: DescriptorType;
  readonly name: string;
}

/** `resource directory-entry-stream` */
export class DirectoryEntryStream {
  readonly #directory: Directory;
  #entries: Iterator<Dirent> | undefined;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** `read-directory-entry: func() -> result<option<directory-entry>, error-code>` */
  async readDirectoryEntry(): Promise<DirectoryEntry | undefined> {
    const directory = this.#directory;
    try {
      this.#entries ??= (await directory.entries()).values();
    } catch (cause) {
      throw refusal(cause);
    }
    const { value, done } = this.#entries.next();
    return done ? undefined : { type: typeOf(value), name: value.name };
  }
}
