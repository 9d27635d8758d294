/**
 * A shell on a real pseudo-terminal, by `script` of util-linux, which every Debian has.
 *
 * @module
 */

/** A shell at whose terminal a test sits. Disposing hangs up. */
export interface Shell extends AsyncDisposable {
  /** Presses keys. */
  type(keys: string): Promise<void>;
  /**
   * The text up to the end of what matches, behind what was shown so far; waited for.
   *
   * Rejects when the shell ends before; the message holds all that is left.
   */
  shown(pattern: RegExp): Promise<string>;
  /** Types a command and returns what it prints, once the shell asks for the next. */
  run(command: string): Promise<string>;
}

/** What the shell shows before each command. */
const PROMPT = "WHARF-PROMPT> ";

/** Why there is no pseudo-terminal here. */
export function ptyMissing(): string | undefined {
  if (Deno.build.os !== "linux") return "`script` of util-linux is Linux's";
  try {
    new Deno.Command("script", { args: ["--version"], stdout: "null" })
      .outputSync();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no `script`";
    throw error;
  }
}

/** How the shell is started. */
export interface ShellOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** Starts a shell and waits for its prompt. */
export async function startShell(
  { cwd, env = {}, columns = 80 }: ShellOptions,
): Promise<Shell> {
  const child = new Deno.Command("script", {
    args: ["-qfec", "exec sh -i", "/dev/null"],
    cwd,
    env: {
      // That the tests run in CI says nothing of who sits at this terminal.
      CI: "",
      NO_COLOR: "1",
      ...env,
      ENV: "",
      INIT_CWD: cwd,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const shell = new ScriptShell(child);
  // Typed, since root's shell takes none from outside; the quotes keep the echo from matching.
  await shell.type(
    `PS1="WHARF""-PROMPT> "; stty cols ${columns}; ulimit -c 0\n`,
  );
  await shell.shown(/WHARF-PROMPT> /);
  return shell;
}

class ScriptShell implements Shell {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#keys = child.stdin.getWriter();
    this.#output = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  type(keys: string): Promise<void> {
    return this.#keys.write(new TextEncoder().encode(keys));
  }

  async shown(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) {
        const end = found.index + found[0].length;
        const text = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return text;
      }
      const { value, done } = await this.#output.read();
      if (done) {
        throw new Error(`the shell ended without ${pattern}:\n${this.#text}`);
      }
      this.#text += value.replaceAll("\r\n", "\n");
    }
  }

  async run(command: string): Promise<string> {
    await this.type(`${command}\n`);
    const text = await this.shown(/\nWHARF-PROMPT> /);
    return text.slice(text.indexOf("\n") + 1, -PROMPT.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#keys.abort().catch(() => {});
    await this.#output.cancel();
    await this.#child.status;
  }
}
