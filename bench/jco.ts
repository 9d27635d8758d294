/**
 * `jco serve`, of the newest version that npm installs here, run by Node in a folder of its own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { ServerOptions } from "./server_process.ts";

/** 1.24.6, whose parts Wharf transpiles by, has no `--isolate-requests`. */
export const JCO_VERSION = "1.35.0";

/** How a component is served. */
export interface JcoOptions {
  /** A fresh instance for every request; jco offers those no key-value store. */
  readonly fresh?: boolean;
}

/** Starts `jco serve` with a component. */
export type Jco = (component: string, options?: JcoOptions) => ServerOptions;

/**
 * Installs it; resolves to nothing, and tells why, where that fails: it needs Node, npm and a
 * registry.
 */
export async function installJco(
  folder: string,
  tell: (reason: string) => void,
): Promise<Jco | undefined> {
  const cwd = `${folder}/jco`;
  await Deno.mkdir(cwd);
  await Deno.writeTextFile(`${cwd}/package.json`, '{"private": true}');
  try {
    const { success, stderr } = await new Deno.Command("npm", {
      args: [
        "install",
        "--no-audit",
        "--no-fund",
        `@bytecodealliance/jco@${JCO_VERSION}`,
      ],
      cwd,
      stdout: "null",
    }).output();
    if (!success) {
      tell(new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "");
      return undefined;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    tell("npm is not installed");
    return undefined;
  }
  const main = `${cwd}/node_modules/@bytecodealliance/jco/dist/jco.js`;
  const store = fileURLToPath(new URL("jco_keyvalue.js", import.meta.url));
  return (component, { fresh = false } = {}) => {
    const port = freePort();
    return {
      command: "node",
      args: [
        main,
        "serve",
        component,
        `--port=${port}`,
        "--host=127.0.0.1",
        ...(fresh
          ? ["--isolate-requests", "instance"]
          : ["--jco-map", `wasi:keyvalue/store=${store}`]),
      ],
      readsErrors: true,
      findUrl: (line) =>
        line.startsWith("Server listening @")
          ? `http://127.0.0.1:${port}`
          : undefined,
    };
  };
}

/** A port that nobody has now: for servers that cannot be told to take any. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
