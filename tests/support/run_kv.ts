/**
 * The `kv` command in this process, on stores in temporary folders.
 *
 * @module
 */

import { isUserFault } from "../../src/cli/command.ts";
import { command, kvCommand } from "../../src/cli/kv.ts";
import { makeBuckets } from "../../src/keyvalue/buckets.ts";
import type { Backend } from "../../src/keyvalue/store.ts";

/** What a command line did. */
export interface KvOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How a command line is run. */
export interface KvOptions {
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /** Whether a person sits there. */
  readonly terminal?: boolean;
  /** The environment; default empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of a stdout that takes all. */
  readonly stdout?: WritableStream<Uint8Array>;
}

/** Stores to run command lines on. Disposing removes their folder. */
export interface KvSetup extends AsyncDisposable {
  /** The folder command lines run in. */
  readonly folder: string;
  /** Runs `kv`. */
  kv(args: readonly string[], options?: KvOptions): Promise<KvOutcome>;
}

/** A store that command lines can be run on, beside those of the configuration. */
export interface KvStore {
  /** Opens it; `folder` is empty at first. */
  readonly open: (folder: string) => Promise<Backend>;
}

/** Sets up `kv` on files, or on a store that stands in for them. */
export async function setUpKv(store?: KvStore): Promise<KvSetup> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const path = `${folder}/store`;
  await Deno.mkdir(`${folder}/.wash`);
  await Deno.writeTextFile(
    `${folder}/.wash/config.yaml`,
    "dev: {wasi_keyvalue_path: store}\n",
  );
  const run = store === undefined
    ? command
    : kvCommand(() =>
      Promise.resolve(() =>
        makeBuckets({
          configured: { filesystem: { backend: "filesystem", path } },
          open: () => store.open(path),
        })
      )
    );
  return {
    folder,
    async kv(args, options = {}) {
      const { stdin = "", terminal = false, stdout, env = {} } = options;
      const written: Uint8Array[] = [];
      const printed: string[] = [];
      const errors: string[] = [];
      const taking = new WritableStream<Uint8Array>({
        write: (chunk) => void written.push(chunk.slice()),
      });
      const context = {
        cwd: folder,
        env,
        print: (text: string) => void printed.push(text),
        printError: (text: string) => void errors.push(text),
        streams: {
          stdin: new Blob([stdin]).stream(),
          stdout: stdout ?? taking,
          stderr: new WritableStream<Uint8Array>({
            write: (chunk) => void errors.push(new TextDecoder().decode(chunk)),
          }),
          terminals: { stdin: terminal, stdout: terminal, stderr: terminal },
        },
      };
      let code: number;
      try {
        code = await run.run(args, context);
      } catch (error) {
        if (!isUserFault(error, run)) throw error;
        errors.push(error.message);
        code = 1;
      }
      const bytes = await new Blob(written as Uint8Array<ArrayBuffer>[])
        .bytes();
      const text = new TextDecoder().decode(bytes);
      return {
        code,
        stdout: printed.join("\n") + text,
        stderr: errors.join("\n"),
        bytes,
      };
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
