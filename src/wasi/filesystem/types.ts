/**
 * `wasi:filesystem/types@0.2`: files and directories of the volumes that a guest is given.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { DATETIME } from "../clocks/wall_clock.ts";
import { IoError } from "../io/error.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { Descriptor } from "./descriptor.ts";
import { DirectoryEntryStream } from "./directory_entry_stream.ts";
import { type ErrorCode, errorCodeOf } from "./error_code.ts";

/** `filesystem-error-code: func(err: borrow<error>) -> option<error-code>` */
function filesystemErrorCode(error: IoError): ErrorCode | undefined {
  return errorCodeOf(error.cause);
}

const FILE = "self: borrow<descriptor>";

export const filesystemTypesInterface: HostInterface = {
  name: "wasi:filesystem/types",
  version: "0.2.x",
  types: {
    "input-stream": "resource",
    "output-stream": "resource",
    "error": "resource",
    "datetime": DATETIME,
    "descriptor": "resource",
    "directory-entry-stream": "resource",
    "descriptor-type":
      "enum { unknown, block-device, character-device, directory, fifo, symbolic-link, regular-file, socket }",
    "descriptor-flags":
      "flags { read, write, file-integrity-sync, data-integrity-sync, requested-write-sync, mutate-directory }",
    "path-flags": "flags { symlink-follow }",
    "open-flags": "flags { create, directory, exclusive, truncate }",
    "descriptor-stat":
      "record { type: descriptor-type, link-count: u64, size: u64, data-access-timestamp: option<datetime>, data-modification-timestamp: option<datetime>, status-change-timestamp: option<datetime> }",
    "new-timestamp": "variant { no-change, now, timestamp(datetime) }",
    "directory-entry": "record { type: descriptor-type, name: string }",
    "error-code":
      "enum { access, would-block, already, bad-descriptor, busy, deadlock, quota, exist, file-too-large, illegal-byte-sequence, in-progress, interrupted, invalid, io, is-directory, loop, too-many-links, message-size, name-too-long, no-device, no-entry, no-lock, insufficient-memory, insufficient-space, not-directory, not-empty, not-recoverable, unsupported, no-tty, no-such-device, overflow, not-permitted, pipe, read-only, invalid-seek, text-file-busy, cross-device }",
    "advice":
      "enum { normal, sequential, random, will-need, dont-need, no-reuse }",
    "metadata-hash-value": "record { lower: u64, upper: u64 }",
  },
  functions: {
    "[method]descriptor.read-via-stream":
      `func(${FILE}, offset: u64) -> result<input-stream, error-code>`,
    "[method]descriptor.write-via-stream":
      `func(${FILE}, offset: u64) -> result<output-stream, error-code>`,
    "[method]descriptor.append-via-stream":
      `func(${FILE}) -> result<output-stream, error-code>`,
    "[method]descriptor.advise":
      `func(${FILE}, offset: u64, length: u64, advice: advice) -> result<_, error-code>`,
    "[method]descriptor.sync-data": `func(${FILE}) -> result<_, error-code>`,
    "[method]descriptor.get-flags":
      `func(${FILE}) -> result<descriptor-flags, error-code>`,
    "[method]descriptor.get-type":
      `func(${FILE}) -> result<descriptor-type, error-code>`,
    "[method]descriptor.set-size":
      `func(${FILE}, size: u64) -> result<_, error-code>`,
    "[method]descriptor.set-times":
      `func(${FILE}, data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>`,
    "[method]descriptor.read":
      `func(${FILE}, length: u64, offset: u64) -> result<tuple<list<u8>, bool>, error-code>`,
    "[method]descriptor.write":
      `func(${FILE}, buffer: list<u8>, offset: u64) -> result<u64, error-code>`,
    "[method]descriptor.read-directory":
      `func(${FILE}) -> result<directory-entry-stream, error-code>`,
    "[method]descriptor.sync": `func(${FILE}) -> result<_, error-code>`,
    "[method]descriptor.create-directory-at":
      `func(${FILE}, path: string) -> result<_, error-code>`,
    "[method]descriptor.stat":
      `func(${FILE}) -> result<descriptor-stat, error-code>`,
    "[method]descriptor.stat-at":
      `func(${FILE}, path-flags: path-flags, path: string) -> result<descriptor-stat, error-code>`,
    "[method]descriptor.set-times-at":
      `func(${FILE}, path-flags: path-flags, path: string, data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>`,
    "[method]descriptor.link-at":
      `func(${FILE}, old-path-flags: path-flags, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>`,
    "[method]descriptor.open-at":
      `func(${FILE}, path-flags: path-flags, path: string, open-flags: open-flags, flags: descriptor-flags) -> result<descriptor, error-code>`,
    "[method]descriptor.readlink-at":
      `func(${FILE}, path: string) -> result<string, error-code>`,
    "[method]descriptor.remove-directory-at":
      `func(${FILE}, path: string) -> result<_, error-code>`,
    "[method]descriptor.rename-at":
      `func(${FILE}, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>`,
    "[method]descriptor.symlink-at":
      `func(${FILE}, old-path: string, new-path: string) -> result<_, error-code>`,
    "[method]descriptor.unlink-file-at":
      `func(${FILE}, path: string) -> result<_, error-code>`,
    "[method]descriptor.is-same-object":
      `func(${FILE}, other: borrow<descriptor>) -> bool`,
    "[method]descriptor.metadata-hash":
      `func(${FILE}) -> result<metadata-hash-value, error-code>`,
    "[method]descriptor.metadata-hash-at":
      `func(${FILE}, path-flags: path-flags, path: string) -> result<metadata-hash-value, error-code>`,
    "[method]directory-entry-stream.read-directory-entry":
      "func(self: borrow<directory-entry-stream>) -> result<option<directory-entry>, error-code>",
    "filesystem-error-code": "func(err: borrow<error>) -> option<error-code>",
  },
  waits: [
    "[method]descriptor.sync-data",
    "[method]descriptor.set-size",
    "[method]descriptor.set-times",
    "[method]descriptor.read",
    "[method]descriptor.write",
    "[method]descriptor.sync",
    "[method]descriptor.create-directory-at",
    "[method]descriptor.stat",
    "[method]descriptor.stat-at",
    "[method]descriptor.set-times-at",
    "[method]descriptor.link-at",
    "[method]descriptor.open-at",
    "[method]descriptor.readlink-at",
    "[method]descriptor.remove-directory-at",
    "[method]descriptor.rename-at",
    "[method]descriptor.symlink-at",
    "[method]descriptor.unlink-file-at",
    "[method]descriptor.is-same-object",
    "[method]descriptor.metadata-hash",
    "[method]descriptor.metadata-hash-at",
    "[method]directory-entry-stream.read-directory-entry",
  ],
  resources: {
    "input-stream": InputStream,
    "output-stream": OutputStream,
    "error": IoError,
    "descriptor": Descriptor,
    "directory-entry-stream": DirectoryEntryStream,
  },
  imports: () => ({ filesystemErrorCode }),
};
