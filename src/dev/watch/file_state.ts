/**
 * What is known of a file, and whether it has changed since.
 *
 * Reading and looking is done at once, not by promises: a look takes some 5 µs, a promise of it
 * ten times that. Who looks at many files makes a {@linkcode Pace} of it.
 *
 * @module
 */

/** Above this many bytes a file is known by its size and time alone. */
const MOST_READ = 2 ** 20;

/**
 * For so long after a change, in ms, a file can change once more without another time: clocks of
 * file systems are coarse.
 */
const COARSEST_CLOCK = 2000;

/** A file as it was when it was looked at. */
export interface FileState {
  readonly size: number;
  /** When it was written, in ms. */
  readonly time: number;
  /** When it came to be as it is, in ms: also by a name or a place that is new. */
  readonly settled: number;
  /** Where it leads, if it is a link. */
  readonly link: string | undefined;
  /** `undefined` if it was not read. */
  readonly digest: string | undefined;
  /** Whether another content would show in time or size. */
  readonly isSettled: boolean;
}

/** How a file is compared with what is known. */
export interface CompareOptions {
  readonly before: FileState | undefined;
  /** Whether the system told of the file: then its time is not trusted. */
  readonly heard: boolean;
}

/** What a look at a path gives: a state, or `undefined` if there is no file. */
export function stateOf(
  path: string,
  options: CompareOptions = { before: undefined, heard: false },
): FileState | undefined {
  const { before, heard } = options;
  const glance = glanceAt(path);
  if (glance === undefined) return undefined;
  const { size, time, settled, link, isFile } = glance;
  const isSettled = Date.now() - time > COARSEST_CLOCK;
  const isSame = before !== undefined && before.size === size &&
    before.time === time && before.link === link;
  if (isSame && before.isSettled && (!heard || before.digest === undefined)) {
    return before;
  }
  const isWanted = before !== undefined || !isSettled;
  const digest = isFile && isWanted && size <= MOST_READ
    ? digestOf(path)
    : undefined;
  return { size, time, settled, link, digest, isSettled };
}

/** The state with a digest, if the file is still the one that was looked at. */
export function withDigest(path: string, state: FileState): FileState {
  if (state.digest !== undefined || state.size > MOST_READ) return state;
  const glance = glanceAt(path);
  if (
    glance === undefined || !glance.isFile || glance.time !== state.time ||
    glance.size !== state.size || glance.link !== state.link
  ) {
    return state;
  }
  const digest = digestOf(path);
  return glanceAt(path)?.time === state.time ? { ...state, digest } : state;
}

/**
 * Whether two states are of different content. Of a file that was not read before, a new time
 * counts: it cannot be known what it held.
 */
export function differs(before: FileState, after: FileState): boolean {
  if (before.size !== after.size || before.link !== after.link) return true;
  return before.digest !== undefined && after.digest !== undefined
    ? before.digest !== after.digest
    : before.time !== after.time;
}

interface Glance {
  readonly size: number;
  readonly time: number;
  readonly settled: number;
  readonly link: string | undefined;
  readonly isFile: boolean;
}

/** A link to what is no file is known by where it leads; what is neither is nothing. */
function glanceAt(path: string): Glance | undefined {
  try {
    const own = Deno.lstatSync(path);
    if (own.isFile) {
      return {
        size: own.size,
        time: timeOf(own),
        settled: settledAt(own),
        link: undefined,
        isFile: true,
      };
    }
    if (!own.isSymlink) return undefined;
    const link = Deno.readLinkSync(path);
    const target = targetOf(path);
    const settled = Math.max(settledAt(own), settledAt(target));
    return target?.isFile
      ? { size: target.size, time: timeOf(target), settled, link, isFile: true }
      : { size: own.size, time: timeOf(own), settled, link, isFile: false };
  } catch {
    // It has gone, or may not be looked at.
    return undefined;
  }
}

function timeOf(info: Deno.FileInfo): number {
  return info.mtime?.getTime() ?? 0;
}

/** Deno tells the time of a move or a new name in whole seconds: the end of that second. */
function settledAt(info: Deno.FileInfo | undefined): number {
  if (info === undefined) return 0;
  const written = timeOf(info);
  const moved = info.ctime?.getTime() ?? 0;
  return moved <= written ? written : Math.max(written, moved + 999);
}

function targetOf(link: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(link);
  } catch {
    return undefined;
  }
}

function digestOf(path: string): string | undefined {
  try {
    return digest(Deno.readFileSync(path));
  } catch {
    return undefined;
  }
}

/**
 * Two 32-bit lanes, each of which keeps any single change of a byte. Nobody gains from making
 * two files meet, and `node:crypto` takes tens of milliseconds to load.
 */
function digest(bytes: Uint8Array): string {
  let first = 0x811c9dc5;
  let second = bytes.length;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x2c1b3c6d);
    second ^= second >>> 15;
  }
  return `${first >>> 0}-${second >>> 0}`;
}
