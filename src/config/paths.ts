/**
 * The few path operations that this room needs. `node:path` would add 5 ms to a start
 * that loads nothing else from `node:`.
 *
 * @module
 */

const WINDOWS = Deno.build.os === "windows";
const SEPARATOR = WINDOWS ? "\\" : "/";
const SEPARATORS = WINDOWS ? /[\\/]+/ : /\/+/;
const ROOT = WINDOWS ? /^(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/][^\\/]+)/ : /^\//;

/** Whether the path starts at a root. */
export function isAbsolute(path: string): boolean {
  return ROOT.test(path);
}

/** The absolute path that `path` names when it is read in the folder `base`, without `.` and `..`. */
export function resolvePath(base: string, path: string): string {
  const whole = isAbsolute(path) ? path : base + SEPARATOR + path;
  const root = ROOT.exec(whole)?.[0] ?? "";
  const parts: string[] = [];
  for (const part of whole.slice(root.length).split(SEPARATORS)) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const rest = parts.join(SEPARATOR);
  return /[\\/]$/.test(root) || rest === ""
    ? root + rest
    : root + SEPARATOR + rest;
}

/** The folder that holds an absolute path; a root holds itself. */
export function parentOf(path: string): string {
  return resolvePath(path, "..");
}

/** The last part of an absolute path; empty for a root. */
export function nameOf(path: string): string {
  const root = ROOT.exec(path)?.[0] ?? "";
  return path.slice(root.length).split(SEPARATORS).at(-1) ?? "";
}

/** Whether an absolute path is the folder or lies in it. */
export function isInside(path: string, folder: string): boolean {
  const prefix = folder.endsWith(SEPARATOR) ? folder : folder + SEPARATOR;
  return path === folder || path.startsWith(prefix);
}

/** An absolute path as messages show it: seen from `cwd` where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  const root = ROOT.exec(path)?.[0] ?? "";
  if (root !== ROOT.exec(cwd)?.[0]) return path;
  const to = path.slice(root.length).split(SEPARATORS);
  const from = cwd.slice(root.length).split(SEPARATORS).filter((part) =>
    part !== ""
  );
  let shared = 0;
  while (
    shared < from.length && shared < to.length && from[shared] === to[shared]
  ) {
    shared++;
  }
  const relative = [
    ...from.slice(shared).map(() => ".."),
    ...to.slice(shared),
  ].join(SEPARATOR) || ".";
  return relative.length < path.length ? relative : path;
}
