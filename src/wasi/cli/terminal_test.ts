import assert from "node:assert/strict";
import { RecordedInstance } from "../../../tests/support/recorded_instance.ts";
import {
  terminalStderrInterface,
  terminalStdinInterface,
  terminalStdoutInterface,
} from "./terminal.ts";

for (
  const [offered, name] of [
    [terminalStdinInterface, "getTerminalStdin"],
    [terminalStdoutInterface, "getTerminalStdout"],
    [terminalStderrInterface, "getTerminalStderr"],
  ] as const
) {
  Deno.test(`${name}() says that it is no terminal`, () => {
    const values = offered.imports(new RecordedInstance());
    assert.equal((values[name] as () => unknown)(), undefined);
  });
}
