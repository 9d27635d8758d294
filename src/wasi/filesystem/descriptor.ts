/**
 * The resources of `wasi:filesystem/types@0.2`. No directory is given to a guest, and so there
 * is nothing behind them.
 *
 * @module
 */

/** `resource descriptor`; there is none to be had. */
export class Descriptor {
  /** `read-via-stream: func(offset: filesize) -> result<input-stream, error-code>` */
  readViaStream(): never {
    return unobtainable();
  }

  /** `write-via-stream: func(offset: filesize) -> result<output-stream, error-code>` */
  writeViaStream(): never {
    return unobtainable();
  }

  /** `append-via-stream: func() -> result<output-stream, error-code>` */
  appendViaStream(): never {
    return unobtainable();
  }

  /** `advise: func(offset: filesize, length: filesize, advice: advice) -> result<_, error-code>` */
  advise(): never {
    return unobtainable();
  }

  /** `sync-data: func() -> result<_, error-code>` */
  syncData(): never {
    return unobtainable();
  }

  /** `get-flags: func() -> result<descriptor-flags, error-code>` */
  getFlags(): never {
    return unobtainable();
  }

  /** `get-type: func() -> result<descriptor-type, error-code>` */
  getType(): never {
    return unobtainable();
  }

  /** `set-size: func(size: filesize) -> result<_, error-code>` */
  setSize(): never {
    return unobtainable();
  }

  /** `set-times: func(data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>` */
  setTimes(): never {
    return unobtainable();
  }

  /** `read: func(length: filesize, offset: filesize) -> result<tuple<list<u8>, bool>, error-code>` */
  read(): never {
    return unobtainable();
  }

  /** `write: func(buffer: list<u8>, offset: filesize) -> result<filesize, error-code>` */
  write(): never {
    return unobtainable();
  }

  /** `read-directory: func() -> result<directory-entry-stream, error-code>` */
  readDirectory(): never {
    return unobtainable();
  }

  /** `sync: func() -> result<_, error-code>` */
  sync(): never {
    return unobtainable();
  }

  /** `create-directory-at: func(path: string) -> result<_, error-code>` */
  createDirectoryAt(): never {
    return unobtainable();
  }

  /** `stat: func() -> result<descriptor-stat, error-code>` */
  stat(): never {
    return unobtainable();
  }

  /** `stat-at: func(path-flags: path-flags, path: string) -> result<descriptor-stat, error-code>` */
  statAt(): never {
    return unobtainable();
  }

  /** `set-times-at: func(path-flags: path-flags, path: string, data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>` */
  setTimesAt(): never {
    return unobtainable();
  }

  /** `link-at: func(old-path-flags: path-flags, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>` */
  linkAt(): never {
    return unobtainable();
  }

  /** `open-at: func(path-flags: path-flags, path: string, open-flags: open-flags, flags: descriptor-flags) -> result<descriptor, error-code>` */
  openAt(): never {
    return unobtainable();
  }

  /** `readlink-at: func(path: string) -> result<string, error-code>` */
  readlinkAt(): never {
    return unobtainable();
  }

  /** `remove-directory-at: func(path: string) -> result<_, error-code>` */
  removeDirectoryAt(): never {
    return unobtainable();
  }

  /** `rename-at: func(old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>` */
  renameAt(): never {
    return unobtainable();
  }

  /** `symlink-at: func(old-path: string, new-path: string) -> result<_, error-code>` */
  symlinkAt(): never {
    return unobtainable();
  }

  /** `unlink-file-at: func(path: string) -> result<_, error-code>` */
  unlinkFileAt(): never {
    return unobtainable();
  }

  /** `is-same-object: func(other: borrow<descriptor>) -> bool` */
  isSameObject(): never {
    return unobtainable();
  }

  /** `metadata-hash: func() -> result<metadata-hash-value, error-code>` */
  metadataHash(): never {
    return unobtainable();
  }

  /** `metadata-hash-at: func(path-flags: path-flags, path: string) -> result<metadata-hash-value, error-code>` */
  metadataHashAt(): never {
    return unobtainable();
  }
}

/** `resource directory-entry-stream`; there is none to be had. */
export class DirectoryEntryStream {
  /** `read-directory-entry: func() -> result<option<directory-entry>, error-code>` */
  readDirectoryEntry(): never {
    return unobtainable();
  }
}

/** Only a handle that the guest made up leads here, and that traps. */
function unobtainable(): never {
  throw new TypeError("The guest used a file handle that it was never given");
}
