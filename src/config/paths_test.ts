import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  isAbsolute,
  isInside,
  nameOf,
  parentOf,
  resolvePath,
  shownPath,
} from "./paths.ts";

const POSIX = { ignore: Deno.build.os === "windows" };

Deno.test(
  "resolvePath() reads a path in its base and drops . and ..",
  POSIX,
  () => {
    const rows = [
      ["/a/b", "c", "/a/b/c"],
      ["/a/b", "./c/../d", "/a/b/d"],
      ["/a/b", "/c//d/", "/c/d"],
      ["/a/b", "../../../..", "/"],
      ["/", "x", "/x"],
      ["/a", "", "/a"],
    ] as const;
    for (const [base, path, expected] of rows) {
      strictEqual(resolvePath(base, path), expected);
    }
  },
);

Deno.test("parentOf() and nameOf() take an absolute path apart", POSIX, () => {
  deepStrictEqual([parentOf("/a/b"), nameOf("/a/b")], ["/a", "b"]);
  deepStrictEqual([parentOf("/a"), nameOf("/a")], ["/", "a"]);
  deepStrictEqual([parentOf("/"), nameOf("/")], ["/", ""]);
});

Deno.test(
  "isInside() does not take a longer name for a folder's content",
  POSIX,
  () => {
    strictEqual(isInside("/a/b", "/a"), true);
    strictEqual(isInside("/a", "/a"), true);
    strictEqual(isInside("/ab", "/a"), false);
    strictEqual(isInside("/a", "/"), true);
  },
);

Deno.test(
  "shownPath() gives the shorter of the relative and the absolute path",
  POSIX,
  () => {
    strictEqual(
      shownPath("/srv/app/.wash/config.yaml", "/srv/app"),
      ".wash/config.yaml",
    );
    strictEqual(
      shownPath("/srv/app/.wash/config.yaml", "/srv/app/src"),
      "../.wash/config.yaml",
    );
    strictEqual(shownPath("/etc/x", "/srv/app/deep/er"), "/etc/x");
    strictEqual(shownPath("/srv/app", "/srv/app"), ".");
    strictEqual(shownPath("/srv/app", "/"), "srv/app");
  },
);

Deno.test("isAbsolute() knows a root", POSIX, () => {
  strictEqual(isAbsolute("/a"), true);
  strictEqual(isAbsolute("a/b"), false);
  strictEqual(isAbsolute("~/a"), false);
});
