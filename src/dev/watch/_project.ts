import { deepStrictEqual } from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  type SourceWatcher,
  type SourceWatcherOptions,
  watchSources,
} from "../source_watcher.ts";

/** A project on disk that is watched. */
export class Project implements AsyncDisposable {
  readonly path: string;
  readonly warnings: string[] = [];
  #watcher: SourceWatcher | undefined;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.path = Deno.realPathSync(Deno.makeTempDirSync());
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string): void {
    Deno.mkdirSync(dirname(this.at(name)), { recursive: true });
    Deno.writeTextFileSync(this.at(name), text);
  }

  /** Writes beside the file and renames, as most editors do. */
  save(name: string, text: string): void {
    this.write(`${name}.new`, text);
    Deno.renameSync(this.at(`${name}.new`), this.at(name));
  }

  remove(name: string): void {
    Deno.removeSync(this.at(name), { recursive: true });
  }

  move(from: string, to: string): void {
    Deno.renameSync(this.at(from), this.at(to));
  }

  /** Gives files a time in the past, as those of a project usually have. */
  age(...names: string[]): void {
    const then = new Date(Date.now() - 3_600_000);
    for (const name of names) Deno.utimeSync(this.at(name), then, then);
  }

  async watch(
    options: Partial<SourceWatcherOptions> = {},
    open?: typeof Deno.watchFs,
  ): Promise<SourceWatcher> {
    this.#watcher = watchSources({
      project: this.path,
      include: [],
      exclude: [],
      outputs: [],
      files: [],
      sources: true,
      warn: (text) => this.warnings.push(text),
      ...options,
    }, open);
    await this.#watcher.ready;
    return this.#watcher;
  }

  /** What is told next, by names in the project. */
  async next(): Promise<string[]> {
    const paths = await this.#watcher!.next(AbortSignal.timeout(20_000));
    return paths.map((path) => path.slice(this.path.length + 1));
  }

  /**
   * What is told until a change that is made now has been told, without it: shows that what
   * came before was not told.
   */
  async rest(): Promise<string[]> {
    this.write("marker", crypto.randomUUID());
    const told = [];
    for (;;) {
      told.push(...await this.next());
      if (told.includes("marker")) break;
    }
    return told.filter((name) => name !== "marker").sort();
  }

  /** What is told until all of these have been. */
  async until(...names: string[]): Promise<string[]> {
    const told = new Set<string>();
    while (!names.every((name) => told.has(name))) {
      for (const name of await this.next()) told.add(name);
    }
    return [...told].sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
    Deno.removeSync(this.path, { recursive: true });
    deepStrictEqual(this.warnings, []);
  }
}
