import { strictEqual } from "node:assert/strict";
import { cacheDirectory } from "./cache_directory.ts";

type Case = [
  os: typeof Deno.build.os,
  env: Record<string, string>,
  expected: string,
];

const HOME = "/home/me";

const CASES: readonly Case[] = [
  ["linux", { HOME }, "/home/me/.cache/wharf/artifacts"],
  ["darwin", { HOME }, "/home/me/Library/Caches/wharf/artifacts"],
  [
    "windows",
    { LOCALAPPDATA: "C:\\Local", USERPROFILE: "C:\\me" },
    "C:\\Local/wharf/artifacts",
  ],
  ["windows", { USERPROFILE: "C:\\me" }, "C:\\me/.cache/wharf/artifacts"],
  ["linux", { HOME, LOCALAPPDATA: "C:\\" }, "/home/me/.cache/wharf/artifacts"],
  ["linux", { HOME, XDG_CACHE_HOME: "/xdg" }, "/xdg/wharf/artifacts"],
  ["linux", { HOME, XDG_CACHE_HOME: "xdg" }, "/home/me/.cache/wharf/artifacts"],
  [
    "linux",
    { HOME, XDG_CACHE_HOME: "/xdg", WHARF_CACHE_DIR: "/w" },
    "/w/artifacts",
  ],
  ["linux", { HOME, WHARF_CACHE_DIR: "" }, "/home/me/.cache/wharf/artifacts"],
  ["linux", {}, "/tmp/.cache/wharf/artifacts"],
];

Deno.test("cacheDirectory() goes by the system's conventions", async (test) => {
  for (const [os, env, expected] of CASES) {
    await test.step(`${os} ${JSON.stringify(env)}`, () => {
      strictEqual(cacheDirectory(env, os), expected);
    });
  }
});
