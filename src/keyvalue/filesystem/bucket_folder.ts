/**
 * Where one bucket's files are.
 *
 * wash keeps the bucket `""` in the root itself, beside the folders of the others. So a key
 * of that bucket and another bucket can want the same name; who comes second takes the
 * escaped form of it, which is looked for first.
 *
 * @module
 */

import { basename, join } from "node:path";
import { KeyValueError } from "../store.ts";
import { quote } from "../key_encoding.ts";
import { adoptNames } from "./adopt_names.ts";
import { makeFolder } from "./directory_sync.ts";
import { symbolicLink } from "./errors.ts";
import type { Home } from "./home.ts";
import { encodeName, escapeName, isHashed } from "./names.ts";
import { statOf } from "./stat_of.ts";

/** Says the bucket's name where the folder's is a hash. */
export const NAME_FILE = ".wharf-bucket";

/** The folder of one bucket. It is made at the first write: guests may open any number of names. */
export class BucketFolder {
  readonly #home: Home;
  readonly #bucket: string;
  #found: string | undefined;
  /** How many buckets had been dropped when it was found. */
  #foundAfter = 0;

  constructor(home: Home, bucket: string) {
    this.#home = home;
    this.#bucket = bucket;
  }

  /** The names that the folder may have, in the order to look for them; none for the root. */
  get names(): readonly string[] {
    const { rules } = this.#home;
    if (this.#bucket === "") return [];
    return [
      escapeName(this.#bucket, rules, "bucket"),
      encodeName(this.#bucket, rules, "bucket"),
    ];
  }

  /** The folder's path, whether it exists yet or not. */
  async path(): Promise<string> {
    const { drops } = this.#home;
    if (this.#found !== undefined && this.#foundAfter === drops) {
      return this.#found;
    }
    this.#found = undefined;
    const { path, exists } = await this.#locate();
    if (!exists) return path;
    if (this.#home.rules.names === "portable") {
      await this.#home.whileMakingFolders(() =>
        adoptNames(path, this.#home.rules)
      );
    }
    this.#foundAfter = drops;
    return this.#found = path;
  }

  /** Whether the folder is there now. */
  async exists(): Promise<boolean> {
    return (await this.#locate()).exists;
  }

  /** Where the folder is now, whatever was found before. */
  async locate(): Promise<string> {
    return (await this.#locate()).path;
  }

  /** Makes the folder if it does not exist; whether it did not. */
  async make(): Promise<boolean> {
    await this.#home.restore();
    return await this.#home.whileMakingFolders(async () => {
      let made = false;
      let { path, exists } = await this.#locate();
      while (!exists) {
        await makeFolder(path);
        await this.#writeName(path);
        made = true;
        // A key of the bucket "" may have taken the name in between.
        ({ path, exists } = await this.#locate());
      }
      this.#foundAfter = this.#home.drops;
      this.#found = path;
      return made;
    });
  }

  /** The names that a key's file may have, in the order to look for them. The last is the one wash uses. */
  namesOf(key: string): string[] {
    const name = encodeName(key, this.#home.rules);
    if (this.#bucket !== "") return [name];
    const escaped = escapeName(key, this.#home.rules);
    return escaped === name ? [name] : [escaped, name];
  }

  /** The file that says that values of this bucket expire. */
  get expiringMark(): string {
    return this.#home.expiringMark(
      escapeName(this.#bucket, this.#home.rules, "bucket"),
    );
  }

  async #writeName(path: string): Promise<void> {
    if (!isHashed(basename(path))) return;
    await Deno.writeTextFile(join(path, NAME_FILE), this.#bucket);
  }

  async #locate(): Promise<{ path: string; exists: boolean }> {
    const { root } = this.#home;
    if (this.#bucket === "") return { path: root, exists: true };
    let free: string | undefined;
    for (const name of this.names) {
      const path = join(root, name);
      const stat = await statOf(path);
      if (stat?.isSymlink) {
        throw symbolicLink({ act: `open bucket ${quote(this.#bucket)}`, path });
      }
      if (stat?.isDirectory) return { path, exists: true };
      if (stat === undefined) free = path;
    }
    if (free !== undefined) return { path: free, exists: false };
    throw new KeyValueError(
      "other",
      `Cannot open bucket ${
        quote(this.#bucket)
      }: files stand where its folder would be in ${root}; move them away`,
    );
  }
}
