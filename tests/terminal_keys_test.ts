/**
 * The keys of `dev` on a real pseudo-terminal, under a real shell: what they do, and that the
 * terminal is given back whatever ends or stops the process.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { guestPath } from "./support/guest_app.ts";
import {
  ptyMissing,
  type Shell,
  type ShellOptions,
  startShell,
} from "./support/pty.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const DENO = Deno.execPath();
const HINT =
  /Keys: .*o open, .*b buckets, l log level, c clear, h help, q quit\n\n/;

/** `deno task dev` with a component of the tests, by the Deno that runs them. */
function dev(guest = "hello", flags = ""): string {
  return `${DENO} task --quiet dev --port 0 --component ${
    guestPath(guest)
  } ${flags}`;
}

function ptyTest(
  name: string,
  body: (shell: Shell) => Promise<void>,
  options: Partial<ShellOptions> = {},
): void {
  const missing = ptyMissing();
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    async fn() {
      await using shell = await startShell({
        cwd: PROJECT,
        ...options,
        env: { WHARF_CACHE_DIR: `${PROJECT}.wharf`, ...options.env },
      });
      await body(shell);
    },
  });
}

/** The terminal reads lines and shows what is typed. */
async function assertGivenBack(shell: Shell): Promise<void> {
  const settings = await shell.run("stty -a");
  for (const name of ["icanon", "echo", "isig", "icrnl", "ixon", "opost"]) {
    assert.match(settings, new RegExp(`[ \n]${name}[ ;\n]`), settings);
  }
}

/**
 * Waits until every thread of what `deno task` has started stands still. The shell asks for a
 * command as soon as the first process does, and one that still reads could take it.
 */
async function isStopped(task: string): Promise<void> {
  for (;;) {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-L", "-o", "stat=", "--ppid", task],
    }).output();
    const states = new TextDecoder().decode(stdout).trim().split("\n");
    if (states.every((state) => state.startsWith("T"))) return;
  }
}

/** Starts `dev` and waits for the hint; returns where it listens. */
async function startKeyed(shell: Shell, command = dev()): Promise<string> {
  await shell.type(`${command}\n`);
  const banner = await shell.shown(HINT);
  const [, url] = /Listening on (http\S+)/.exec(banner)!;
  return url!;
}

ptyTest(
  "dev hears keys, shows none, and gives the terminal back",
  async (shell) => {
    await startKeyed(shell);
    await shell.type("H");
    const help = await shell.shown(/┘\n/);
    assert.ok(help.includes("o  open the project in a browser"), help);
    await shell.type("b");
    const table = await shell.shown(/any other name .*\n\n/);
    assert.match(table, /^\n {2}Bucket +Stored in +Data\n {2}in_memory /);
    await shell.type("l");
    assert.equal(await shell.shown(/warn\n/), "Log level: warn\n");
    await shell.type("l");
    assert.equal(await shell.shown(/error\n/), "Log level: error\n");
    await shell.type("q");
    // At this level nothing is said of the end.
    assert.equal(await shell.shown(/PROMPT> /), "WHARF-PROMPT> ");
    await assertGivenBack(shell);
  },
);

ptyTest("dev wraps the list of keys to the terminal's width", async (shell) => {
  await startKeyed(shell);
  await shell.type("h");
  const help = await shell.shown(/┘\n/);
  const widths = new Set(help.trim().split("\n").map((line) => line.length));
  assert.deepEqual([...widths], [40]);
  await shell.type("q");
  await shell.shown(/PROMPT> /);
}, { columns: 40 });

ptyTest("dev turns the level of its log while it runs", async (shell) => {
  const url = await startKeyed(shell, dev("hello", "--log-level error"));
  await (await fetch(`${url}/untold`)).body?.cancel();
  await shell.type("l");
  assert.equal(await shell.shown(/\n/), "Log level: debug\n");
  await (await fetch(`${url}/told`)).body?.cancel();
  assert.match(await shell.shown(/\n/), /GET \/told 200/);
  await shell.type("q");
  await shell.shown(/PROMPT> /);
});

ptyTest("dev gives the terminal back at Ctrl-C", async (shell) => {
  await startKeyed(shell);
  await shell.type("\x03");
  await shell.shown(/Stopping: [^]*PROMPT> /);
  await assertGivenBack(shell);
});

ptyTest("dev gives the terminal back at a second Ctrl-C", async (shell) => {
  const url = await startKeyed(shell, dev("echo"));
  const slow = await fetch(`${url}/slow?n=100000&ms=50`);
  await shell.type("q");
  await shell.shown(/Stopping: .*\n/);
  await shell.type("\x03");
  await shell.shown(/PROMPT> /);
  await assertGivenBack(shell);
  await assert.rejects(slow.text());
});

ptyTest("dev gives the terminal back at Ctrl-\\", async (shell) => {
  await startKeyed(shell);
  await shell.type("\x1c");
  await shell.shown(/PROMPT> /);
  await assertGivenBack(shell);
});

ptyTest("dev gives the terminal back at SIGTERM and SIGHUP", async (shell) => {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    await shell.type(
      `sh -c 'echo "PID=$$;"; exec ${DENO} run -A main.ts dev --port 0 ` +
        `--component ${guestPath("hello")}'\n`,
    );
    const banner = await shell.shown(HINT);
    const [, pid] = /PID=(\d+);/.exec(banner)!;
    Deno.kill(Number(pid), signal);
    await shell.shown(/Stopping: [^]*PROMPT> /);
    await assertGivenBack(shell);
  }
});

ptyTest("a fault gives the terminal back", async (shell) => {
  const said = await shell.run(
    `${DENO} run -A tests/support/faulty_terminal_child.ts`,
  );
  assert.match(said, /-icanon/);
  assert.match(said, /Uncaught .*Error: at fault/);
  await assertGivenBack(shell);
});

ptyTest("dev stops at Ctrl-Z and hears keys again after fg", async (shell) => {
  await shell.type(`sh -c 'echo "PID=$$;"; exec ${dev("echo")}'\n`);
  const banner = await shell.shown(HINT);
  const [, task, url] = /PID=(\d+);[^]*Listening on (http\S+)/.exec(banner)!;
  for (const level of ["warn", "error"]) {
    await shell.type("\x1a");
    await shell.shown(/PROMPT> /);
    await isStopped(task!);
    await assertGivenBack(shell);
    const jobs = await shell.run("jobs");
    assert.match(jobs, /Stopped|Suspended/);
    await shell.type("fg\n");
    await shell.shown(/dev .*\n/);
    // It serves again, and takes the next Ctrl-Z for one of its own.
    const response = await fetch(`${url}/slow?n=2&ms=400`);
    assert.match(await response.text(), /\n.*\n/);
    await shell.type("l");
    assert.match(await shell.shown(/Log level: .*\n/), new RegExp(level));
  }
  await shell.type("q");
  await shell.shown(/PROMPT> /);
  await assertGivenBack(shell);
});

ptyTest("dev leaves the terminal alone in the background", async (shell) => {
  await shell.type(`${dev()} &\n`);
  const banner = await shell.shown(/Ready: .*\n/);
  assert.doesNotMatch(banner, HINT);
  await shell.run("");
  await assertGivenBack(shell);
  assert.match(await shell.run("jobs"), /Running/);
  await shell.run("kill %1; wait");
});

for (
  const [name, flags, env] of [
    ["--no-keys", "--no-keys", {}],
    ["--format json", "--format json", {}],
    ["CI", "", { CI: "true" }],
    ["stdin from elsewhere", "< /dev/null", {}],
    ["stdout to elsewhere", "| cat", {}],
  ] as const
) {
  ptyTest(`dev has no keys with ${name}`, async (shell) => {
    await shell.type(`${dev("hello", flags)}\n`);
    await shell.shown(/Ready: |"ready"/);
    await shell.type("\x03");
    const rest = await shell.shown(/PROMPT> /);
    assert.doesNotMatch(rest, HINT);
    assert.match(rest, /\^C/, "the terminal shows what is typed");
  }, { env });
}
