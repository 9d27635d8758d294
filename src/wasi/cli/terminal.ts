/**
 * `wasi:cli/terminal-*@0.2`: five interfaces that say whether stdin, stdout and stderr are
 * terminals. They never are: lines go to the host's log.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/** How little is to be asked. */
const NEVER = "never one: lines go to the host's log";

/** `resource terminal-input`; there is none to be had. */
class TerminalInput {}

/** `resource terminal-output`; there is none to be had. */
class TerminalOutput {}

export const terminalInputInterface: HostInterface = {
  name: "wasi:cli/terminal-input",
  version: "0.2.x",
  types: { "terminal-input": "resource" },
  functions: {},
  waits: [],
  plain: "all",
  resources: { "terminal-input": TerminalInput },
  imports: () => ({}),
};

export const terminalOutputInterface: HostInterface = {
  name: "wasi:cli/terminal-output",
  version: "0.2.x",
  types: { "terminal-output": "resource" },
  functions: {},
  waits: [],
  plain: "all",
  resources: { "terminal-output": TerminalOutput },
  imports: () => ({}),
};

export const terminalStdinInterface: HostInterface = {
  name: "wasi:cli/terminal-stdin",
  version: "0.2.x",
  types: { "terminal-input": "resource" },
  functions: { "get-terminal-stdin": "func() -> option<terminal-input>" },
  waits: [],
  plain: "all",
  limits: { "get-terminal-stdin": NEVER },
  resources: { "terminal-input": TerminalInput },
  imports: () => ({ getTerminalStdin: () => undefined }),
};

export const terminalStdoutInterface: HostInterface = {
  name: "wasi:cli/terminal-stdout",
  version: "0.2.x",
  types: { "terminal-output": "resource" },
  functions: { "get-terminal-stdout": "func() -> option<terminal-output>" },
  waits: [],
  plain: "all",
  limits: { "get-terminal-stdout": NEVER },
  resources: { "terminal-output": TerminalOutput },
  imports: () => ({ getTerminalStdout: () => undefined }),
};

export const terminalStderrInterface: HostInterface = {
  name: "wasi:cli/terminal-stderr",
  version: "0.2.x",
  types: { "terminal-output": "resource" },
  functions: { "get-terminal-stderr": "func() -> option<terminal-output>" },
  waits: [],
  plain: "all",
  limits: { "get-terminal-stderr": NEVER },
  resources: { "terminal-output": TerminalOutput },
  imports: () => ({ getTerminalStderr: () => undefined }),
};
