/**
 * The version of a value in a file: when the file was changed, and a hash of the value.
 *
 * Wharf sets the time of change itself, to a stamp that never comes twice for one key (see
 * `locks.ts`), before the file gets its name; so two writes of Wharf differ in the time, in
 * whatever process and however fast they follow. The hash is there for other programs, which
 * leave the time to the kernel: they can hit the millisecond of a stamp, and then differ in
 * the bytes. What goes unseen is a program that changes a value and changes it back within
 * one tick of the kernel's clock.
 *
 * @module
 */

import type { Version } from "../store.ts";

/** The version of these bytes in a file that was changed then. */
export function versionOf(
  changed: number,
  value: Uint8Array<ArrayBuffer>,
): Version {
  return `${changed.toString(36)}-${hash32(value).toString(36)}`;
}

function hash32(bytes: Uint8Array<ArrayBuffer>): number {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(
    whole.buffer,
    whole.byteOffset,
    bytes.length >>> 2,
  );
  let hash = bytes.length ^ 0x9e3779b9;
  for (let index = 0; index < words.length; index++) {
    hash = Math.imul(hash ^ words[index]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (let index = words.length * 4; index < bytes.length; index++) {
    hash = Math.imul(hash ^ bytes[index]!, 0xc2b2ae35);
    hash ^= hash >>> 13;
  }
  return hash >>> 0;
}
