/**
 * Finds the sources that builds write themselves, and with which each build would start the next.
 *
 * @module
 */

/** As many builds in a row must have changed a file. */
const BUILDS = 3;

/** The times of file systems are up to so many ms behind. */
const CLOCK_LAG = 10;

/**
 * A build writes a file at about the same time after its beginning, a person does not. Times
 * are alike that lie within so many ms, or within half of the longest.
 */
const ALIKE = 1000;

/** As many builds are remembered. */
const MOST_BUILDS = 16;

interface Build {
  readonly number: number;
  readonly begin: number;
  end: number;
}

interface Suspect {
  readonly builds: number[];
  /** Milliseconds after the beginning of each of the builds. */
  readonly delays: number[];
  isLeftOut: boolean;
}

/** What {@linkcode LoopGuard.admits} is asked about. */
export interface WrittenFile {
  readonly path: string;
  /** When, in ms since the epoch; where that cannot be known, now. */
  readonly time: number | undefined;
}

/** Leaves out what three builds in a row have changed. */
export class LoopGuard {
  readonly #leftOut: (path: string) => void;
  readonly #now: () => number;
  readonly #suspects = new Map<string, Suspect>();
  readonly #builds: Build[] = [];
  #count = 0;

  /** @param leftOut Called when a file is left out from now on. */
  constructor(leftOut: (path: string) => void, now: () => number = Date.now) {
    this.#leftOut = leftOut;
    this.#now = now;
  }

  buildBegins(): void {
    this.buildEnds();
    this.#builds.push({
      number: ++this.#count,
      begin: this.#now(),
      end: Infinity,
    });
    if (this.#builds.length > MOST_BUILDS) this.#builds.shift();
  }

  buildEnds(): void {
    const build = this.#builds.at(-1);
    if (build !== undefined) build.end = Math.min(build.end, this.#now());
  }

  /** Whether a change is to be told; to be asked once a change. */
  admits({ path, time }: WrittenFile): boolean {
    const build = this.#buildAt(time ?? this.#now());
    if (build === undefined) {
      this.#suspects.delete(path);
      return true;
    }
    const suspect = this.#suspects.get(path) ??
      { builds: [], delays: [], isLeftOut: false };
    this.#suspects.set(path, suspect);
    if (suspect.isLeftOut) return false;
    note(suspect, build, (time ?? this.#now()) - build.begin);
    if (!isLoop(suspect)) return true;
    suspect.isLeftOut = true;
    this.#leftOut(path);
    return false;
  }

  #buildAt(time: number): Build | undefined {
    const at = this.#builds.findLast(({ begin, end }) =>
      time >= begin - CLOCK_LAG && time <= end
    );
    // A file that is copied with its time is older than the build that copies it.
    const running = this.#builds.at(-1);
    return at ?? (running?.end === Infinity ? running : undefined);
  }
}

function note({ builds, delays }: Suspect, build: Build, delay: number): void {
  if (builds.at(-1) === build.number) return;
  if (builds.at(-1) !== build.number - 1) {
    builds.length = 0;
    delays.length = 0;
  }
  builds.push(build.number);
  delays.push(Math.max(0, delay));
  if (builds.length > BUILDS) {
    builds.shift();
    delays.shift();
  }
}

function isLoop({ builds, delays }: Suspect): boolean {
  if (builds.length < BUILDS) return false;
  const longest = Math.max(...delays);
  return longest - Math.min(...delays) <= Math.max(ALIKE, longest / 2);
}
