import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type BuildOptions, runBuild } from "./build.ts";
import { BuildError } from "./build_error.ts";

const WINDOWS = Deno.build.os === "windows";

/** Runs a command in a folder of its own. */
async function build(
  command: string,
  options: Partial<BuildOptions> = {},
): Promise<string[]> {
  const lines: string[] = [];
  await runBuild({
    command,
    directory: Deno.cwd(),
    environment: {},
    searchPath: Deno.env.get("PATH") ?? "",
    componentPath: "/project/made.wasm",
    signal: new AbortController().signal,
    onOutput: (line) => lines.push(line),
    ...options,
  });
  return lines;
}

Deno.test({
  name: "runBuild() gives the command its folder and its variables",
  ignore: WINDOWS,
  async fn() {
    const directory = await Deno.realPath(await Deno.makeTempDir());
    try {
      const lines = await build(
        'pwd; echo "$WASH_COMPONENT_PATH"; echo "$MODE"; cat; ls -A',
        {
          directory,
          environment: { MODE: "dev", WASH_COMPONENT_PATH: "not this" },
        },
      );
      deepStrictEqual(lines, [directory, "/project/made.wasm", "dev"]);
    } finally {
      await Deno.remove(directory);
    }
  },
});

Deno.test({
  name: "runBuild() puts Deno's folder last on the path",
  ignore: WINDOWS,
  async fn() {
    const deno = Deno.execPath().replace(/\/[^/]*$/, "");
    const cases: [environment: Record<string, string>, path: string][] = [
      [{}, `/usr/bin:/bin:${deno}`],
      [{ PATH: "/nowhere" }, `/nowhere:${deno}`],
    ];
    for (const [environment, path] of cases) {
      const lines = await build('echo "$PATH"', {
        environment,
        searchPath: "/usr/bin:/bin",
      });
      deepStrictEqual(lines, [path]);
    }
  },
});

Deno.test({
  name: "runBuild() tells both streams in the order they were written in",
  ignore: WINDOWS,
  async fn() {
    const numbers = Array.from({ length: 200 }, (_, index) => `${index}`);
    const lines = await build(
      `for i in $(seq 0 2 198); do echo $i; echo $((i + 1)) >&2; done`,
    );
    deepStrictEqual(lines, numbers);
  },
});

Deno.test({
  name: "runBuild() says how a command failed",
  ignore: WINDOWS,
  async fn(test) {
    const cases: [command: string, how: string, output: string | RegExp][] = [
      ["exit 3", "it exited with 3", ""],
      ["echo why; exit 1", "it exited with 1", "why\n"],
      ["printf 'no newline'; false", "it exited with 1", "no newline\n"],
      ["printf '10%%\\r20%%\\r30%%\\n'; false", "it exited with 1", "30%\n"],
      ["kill -KILL $$", "it was ended by SIGKILL", ""],
      [
        "sh -c 'kill -KILL $$'; exit $?",
        "it exited with 137: a command in it was ended by signal 9",
        /^(sh: .*Killed\n|Killed\n|)$/,
      ],
      [
        "no-such-tool --fast",
        "it exited with 127: a command in it was not found",
        /no-such-tool: .*not found\n$/,
      ],
      ["if", "it exited with 2", /[Ss]yntax error/],
    ];
    for (const [command, how, output] of cases) {
      await test.step(command, async () => {
        await rejects(build(command), (error) => {
          ok(error instanceof BuildError);
          strictEqual(error.code, "command-failed");
          strictEqual(
            error.message,
            `Cannot build the component: the command "${command}" failed, ${how}`,
          );
          if (typeof output === "string") strictEqual(error.output, output);
          else ok(output.test(error.output), JSON.stringify(error.output));
          return true;
        });
      });
    }
  },
});

Deno.test("runBuild() says that the project's folder is missing", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.remove(directory);
  await rejects(build("true", { directory }), (error) => {
    ok(error instanceof BuildError);
    ok(
      error.message.startsWith(`Cannot run "true" in "${directory}": `),
      error.message,
    );
    return true;
  });
});

Deno.test({
  name: "runBuild() does not wait for what the command leaves running",
  ignore: WINDOWS,
  async fn() {
    const lines = await build("sleep 60 & echo $!; echo built");
    strictEqual(lines.at(-1), "built");
    Deno.kill(Number(lines[0]), "SIGKILL");
  },
});

Deno.test({
  name: "runBuild() ends the command and all that it started",
  ignore: Deno.build.os !== "linux",
  async fn(test) {
    const commands = [
      "echo $$; exec sleep 60",
      "(sleep 60; echo late) | cat & echo $!; wait",
      "sh -c 'trap \"\" TERM; echo $$; sleep 60; sleep 60' & wait",
      "trap '' TERM; echo $$; sleep 60; sleep 60",
    ];
    for (const command of commands) {
      await test.step(command, async () => {
        const stop = new AbortController();
        const lines: string[] = [];
        await rejects(
          build(command, {
            signal: stop.signal,
            onOutput(line) {
              lines.push(line);
              stop.abort();
            },
          }),
          (error) => {
            ok(error instanceof BuildError);
            strictEqual(error.code, "stopped");
            strictEqual(
              error.message,
              "Cannot build the component: Wharf is stopping",
            );
            return true;
          },
        );
        await gone(Number(lines[0]));
      });
    }
  },
});

/** Resolves when a process has ended; it may stay a zombie where nobody reaps it. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    // Deno itself reads nothing in /proc without every permission.
    const cat = new Deno.Command("cat", { args: [`/proc/${pid}/stat`] });
    const { stdout } = await cat.output();
    if (!/\) [^Z] /.test(new TextDecoder().decode(stdout))) return;
  }
}

Deno.test({
  name: "runBuild() ends the command at once where it was to stop before",
  ignore: WINDOWS,
  async fn() {
    await rejects(
      build("sleep 60", { signal: AbortSignal.abort() }),
      { name: "BuildError", code: "stopped" },
    );
  },
});
