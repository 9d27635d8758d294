/**
 * `resource descriptor` of `wasi:filesystem/types@0.2`: an open file, or a directory of a volume.
 *
 * @module
 */

import type { BigIntStats } from "node:fs";
import type { Lifetime } from "../io/lifetime.ts";
import { PIECE } from "../io/pulled_source.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import type { Directory } from "./directory.ts";
import { DirectoryEntryStream } from "./directory_entry_stream.ts";
import { errorCodeOf, refusal, refused } from "./error_code.ts";
import { appendFile, readFile, writeFile } from "./file_streams.ts";
import type { DescriptorFlags, OpenFlags } from "./open_at.ts";
import { type FileCount, offsetOf } from "./file_limits.ts";
import type { OpenFile } from "./open_file.ts";
import {
  type DescriptorStat,
  type DescriptorType,
  isSameFile,
  type MetadataHash,
  type NewTimestamp,
  timesToSet,
  toStat,
} from "./stat.ts";
import type { Volume } from "./volumes.ts";

/** `flags path-flags` */
export interface PathFlags {
  readonly symlinkFollow: boolean;
}

/** What a descriptor stands on. */
export type DescriptorPlace =
  | { readonly kind: "directory"; readonly directory: Directory }
  | {
    readonly kind: "file";
    readonly file: OpenFile;
    readonly flags: DescriptorFlags;
  };

/** What the descriptors of one instance share. */
export interface Holder {
  readonly lifetime: Lifetime;
  readonly count: FileCount;
}

const NO_FLAGS: DescriptorFlags = {
  read: false,
  write: false,
  fileIntegritySync: false,
  dataIntegritySync: false,
  requestedWriteSync: false,
  mutateDirectory: false,
};

/** `resource descriptor` */
export class Descriptor {
  readonly #volume: Volume;
  readonly #place: DescriptorPlace;
  readonly #holder: Holder;

  constructor(volume: Volume, place: DescriptorPlace, holder: Holder) {
    this.#volume = volume;
    this.#place = place;
    this.#holder = holder;
  }

  /** The descriptor of a volume's own folder. For the host. */
  static ofVolume(volume: Volume, holder: Holder): Descriptor {
    const directory = new volume.host.Directory(volume, volume.root);
    return new Descriptor(volume, { kind: "directory", directory }, holder);
  }

  /** `read-via-stream: func(offset: filesize) -> result<input-stream, error-code>` */
  readViaStream(offset: bigint): InputStream {
    return readFile(this.#readable(), offsetOf(offset, "invalid"));
  }

  /** `write-via-stream: func(offset: filesize) -> result<output-stream, error-code>` */
  writeViaStream(offset: bigint): OutputStream {
    return writeFile(this.#writable(), offsetOf(offset, "file-too-large"));
  }

  /** `append-via-stream: func() -> result<output-stream, error-code>` */
  appendViaStream(): OutputStream {
    return appendFile(this.#writable());
  }

  /**
   * `advise: func(offset: filesize, length: filesize, advice: advice) -> result<_, error-code>`
   *
   * Deno has no way to pass it on, and an advice need not be followed.
   */
  advise(): void {
    this.#fileOf(this.#place);
  }

  /** `sync-data: func() -> result<_, error-code>` */
  syncData(): Promise<void> {
    const place = this.#place;
    return answering(() =>
      place.kind === "file" ? place.file.syncData() : place.directory.sync()
    );
  }

  /** `get-flags: func() -> result<descriptor-flags, error-code>` */
  getFlags(): DescriptorFlags {
    if (this.#place.kind === "file") return this.#place.flags;
    return {
      ...NO_FLAGS,
      read: true,
      mutateDirectory: !this.#volume.isReadOnly,
    };
  }

  /** `get-type: func() -> result<descriptor-type, error-code>` */
  getType(): DescriptorType {
    return this.#place.kind === "file" ? "regular-file" : "directory";
  }

  /** `set-size: func(size: filesize) -> result<_, error-code>` */
  setSize(size: bigint): Promise<void> {
    const file = this.#writable();
    return answering(() => file.setSize(offsetOf(size, "file-too-large")));
  }

  /** `set-times: func(data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>` */
  setTimes(access: NewTimestamp, modification: NewTimestamp): Promise<void> {
    const place = this.#place;
    const { isReadOnly } = this.#volume;
    return answering(async () => {
      if (isReadOnly) throw refused("read-only");
      if (place.kind === "directory") {
        return await place.directory.setTimes(undefined, access, modification);
      }
      const times = timesToSet(access, modification, await place.file.stat());
      await place.file.setTimes(times.access, times.modification);
    });
  }

  /**
   * `read: func(length: filesize, offset: filesize) -> result<tuple<list<u8>, bool>, error-code>`
   *
   * At most one piece, whatever the guest asks for: its `u64` must not become the size of an
   * allocation of the host.
   */
  read(length: bigint, offset: bigint): Promise<[Uint8Array, boolean]> {
    const file = this.#readable();
    return answering(async () => {
      const at = offsetOf(offset, "invalid");
      const most = length > BigInt(PIECE) ? PIECE : Number(length);
      if (most === 0) return [new Uint8Array(0), false];
      const bytes = await file.read(most, at);
      return [bytes, bytes.length === 0];
    });
  }

  /** `write: func(buffer: list<u8>, offset: filesize) -> result<filesize, error-code>` */
  write(buffer: Uint8Array, offset: bigint): Promise<bigint> {
    const file = this.#writable();
    return answering(async () => {
      await file.write(buffer, offsetOf(offset, "file-too-large"));
      return BigInt(buffer.length);
    });
  }

  /** `read-directory: func() -> result<directory-entry-stream, error-code>` */
  readDirectory(): DirectoryEntryStream {
    return new DirectoryEntryStream(this.#directory());
  }

  /** `sync: func() -> result<_, error-code>` */
  sync(): Promise<void> {
    const place = this.#place;
    return answering(() =>
      place.kind === "file" ? place.file.sync() : place.directory.sync()
    );
  }

  /** `create-directory-at: func(path: string) -> result<_, error-code>` */
  createDirectoryAt(path: string): Promise<void> {
    const directory = this.#directory();
    return answering(() => directory.create(path));
  }

  /** `stat: func() -> result<descriptor-stat, error-code>` */
  async stat(): Promise<DescriptorStat> {
    return toStat(await this.#stats());
  }

  /** `stat-at: func(path-flags: path-flags, path: string) -> result<descriptor-stat, error-code>` */
  statAt(flags: PathFlags, path: string): Promise<DescriptorStat> {
    const directory = this.#directory();
    return answering(async () =>
      toStat(await directory.statAt(path, flags.symlinkFollow))
    );
  }

  /** `set-times-at: func(path-flags: path-flags, path: string, data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>` */
  setTimesAt(
    flags: PathFlags,
    path: string,
    access: NewTimestamp,
    modification: NewTimestamp,
  ): Promise<void> {
    const directory = this.#directory();
    const place = { path, follow: flags.symlinkFollow };
    return answering(() => directory.setTimes(place, access, modification));
  }

  /** `link-at: func(old-path-flags: path-flags, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>` */
  linkAt(
    flags: PathFlags,
    oldPath: string,
    descriptor: Descriptor,
    newPath: string,
  ): Promise<void> {
    const from = this.#directory();
    const to = descriptor.#directory();
    // What POSIX leaves to the system, and other hosts refuse.
    if (flags.symlinkFollow) throw refused("invalid");
    return answering(() => from.link(oldPath, to, newPath));
  }

  /** `open-at: func(path-flags: path-flags, path: string, open-flags: open-flags, %flags: descriptor-flags) -> result<descriptor, error-code>` */
  openAt(
    pathFlags: PathFlags,
    path: string,
    openFlags: OpenFlags,
    flags: DescriptorFlags,
  ): Promise<Descriptor> {
    const start = this.#directory();
    const volume = this.#volume;
    const holder = this.#holder;
    return answering(async () => {
      const { symlinkFollow: follow } = pathFlags;
      const { count, lifetime } = holder;
      const opened = await volume.host.openAt(start, {
        path,
        follow,
        openFlags,
        flags,
        count,
      });
      if (opened.kind === "file") {
        const { file } = opened;
        const place: DescriptorPlace = {
          kind: "file",
          file,
          flags: { ...flags, mutateDirectory: false },
        };
        return lifetime.adopt(new Descriptor(volume, place, holder));
      }
      const { path: found, stats } = opened.found;
      const directory = new volume.host.Directory(volume, found, stats);
      return new Descriptor(volume, { kind: "directory", directory }, holder);
    });
  }

  /** `readlink-at: func(path: string) -> result<string, error-code>` */
  readlinkAt(path: string): Promise<string> {
    const directory = this.#directory();
    return answering(() => directory.readlink(path));
  }

  /** `remove-directory-at: func(path: string) -> result<_, error-code>` */
  removeDirectoryAt(path: string): Promise<void> {
    const directory = this.#directory();
    return answering(() => directory.removeDirectory(path));
  }

  /** `rename-at: func(old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>` */
  renameAt(
    oldPath: string,
    descriptor: Descriptor,
    newPath: string,
  ): Promise<void> {
    const from = this.#directory();
    const to = descriptor.#directory();
    return answering(() => from.rename(oldPath, to, newPath));
  }

  /** `symlink-at: func(old-path: string, new-path: string) -> result<_, error-code>` */
  symlinkAt(oldPath: string, newPath: string): Promise<void> {
    const directory = this.#directory();
    return answering(() => directory.symlink(oldPath, newPath));
  }

  /** `unlink-file-at: func(path: string) -> result<_, error-code>` */
  unlinkFileAt(path: string): Promise<void> {
    const directory = this.#directory();
    return answering(() => directory.unlink(path));
  }

  /** `is-same-object: func(other: borrow<descriptor>) -> bool` */
  async isSameObject(other: Descriptor): Promise<boolean> {
    const [one, two] = [await this.#look(), await other.#look()];
    return one !== undefined && two !== undefined && isSameFile(one, two);
  }

  /** `metadata-hash: func() -> result<metadata-hash-value, error-code>` */
  async metadataHash(): Promise<MetadataHash> {
    const { host, secret } = this.#volume;
    return host.metadataHash(await this.#stats(), secret);
  }

  /** `metadata-hash-at: func(path-flags: path-flags, path: string) -> result<metadata-hash-value, error-code>` */
  metadataHashAt(flags: PathFlags, path: string): Promise<MetadataHash> {
    const directory = this.#directory();
    const { host, secret } = this.#volume;
    return answering(async () =>
      host.metadataHash(
        await directory.statAt(path, flags.symlinkFollow),
        secret,
      )
    );
  }

  [Symbol.dispose](): void {
    if (this.#place.kind === "file") this.#place.file.release();
  }

  #stats(): Promise<BigIntStats> {
    const place = this.#place;
    return answering(() =>
      place.kind === "file" ? place.file.stat() : place.directory.stats()
    );
  }

  /** The same for a question that cannot be refused. */
  async #look(): Promise<BigIntStats | undefined> {
    const place = this.#place;
    if (place.kind === "file") return place.file.stats;
    try {
      return await place.directory.stats();
    } catch (cause) {
      if (errorCodeOf(cause) === undefined) throw cause;
      return undefined;
    }
  }

  #directory(): Directory {
    if (this.#place.kind === "file") throw refused("not-directory");
    return this.#place.directory;
  }

  #fileOf(place: DescriptorPlace): DescriptorPlace & { readonly kind: "file" } {
    if (place.kind === "directory") throw refused("is-directory");
    return place;
  }

  #readable(): OpenFile {
    const { file, flags } = this.#fileOf(this.#place);
    if (!flags.read) throw refused("bad-descriptor");
    return file;
  }

  #writable(): OpenFile {
    const { file, flags } = this.#fileOf(this.#place);
    if (this.#volume.isReadOnly) throw refused("read-only");
    if (!flags.write) throw refused("bad-descriptor");
    return file;
  }
}

/** Answers a failure of the system with its code. */
async function answering<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw refusal(cause);
  }
}
