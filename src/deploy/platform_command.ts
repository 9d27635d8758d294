/**
 * The command that uploads a deployment: `deno deploy`, with the flags that its documentation
 * names.
 *
 * @module
 */

import type { PlatformApp } from "../config/mod.ts";

/** What `deno deploy` is told. */
export interface UploadOptions extends PlatformApp {
  /** Whether visitors get it at once, at the app's own address. */
  readonly production: boolean;
  /** Whether it may ask at the terminal. */
  readonly asks: boolean;
  /** Whether it waits until the platform has the revision ready. */
  readonly waits: boolean;
}

/** The arguments of `deno`. */
export function uploadArguments(
  { org, app, production, asks, waits }: UploadOptions,
): readonly string[] {
  return [
    "deploy",
    ...(org === undefined ? [] : ["--org", org]),
    ...(app === undefined ? [] : ["--app", app]),
    ...(production ? ["--prod"] : []),
    ...(waits ? [] : ["--no-wait"]),
    ...(asks ? [] : ["--non-interactive"]),
  ];
}

/** The same as a line for a POSIX shell, the copy of the folder included. */
export function uploadLine(dist: string, args: readonly string[]): string {
  const command = ["deno", ...args].map(quoted).join(" ");
  return `(cd "$(mktemp -d)" && cp -R ${quoted(`${dist}/.`)} . && ${command})`;
}

function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
