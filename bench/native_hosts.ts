/**
 * Hosts that are programs of their own, measured where they are on PATH.
 *
 * @module
 */

import { freePort } from "./jco.ts";
import type { ServerOptions } from "./server_process.ts";

/** A host that is installed. */
export interface NativeHost {
  /** What is measured of it: `wasmtime serve`. */
  readonly name: string;
  /** How it serves a component, from a folder that it may write into. */
  readonly serve: (component: string, folder: string) => Promise<ServerOptions>;
}

const HOSTS: readonly (NativeHost & { readonly program: string })[] = [
  wasmtime("wasmtime serve"),
  // What its documentation advises for a server.
  wasmtime("wasmtime serve, pooling", "-Opooling-allocator=y"),
  {
    program: "wash",
    name: "wash dev",
    async serve(component, folder) {
      const address = `127.0.0.1:${freePort()}`;
      await Deno.mkdir(`${folder}/.wash`, { recursive: true });
      await Deno.writeTextFile(
        `${folder}/.wash/config.yaml`,
        `build: { command: "true", component_path: ${component} }\ndev: { address: "${address}" }\n`,
      );
      return {
        command: "wash",
        args: ["--non-interactive", "-C", folder, "dev"],
        readsErrors: true,
        // It listens long before there is a component.
        findUrl: (line) =>
          line.includes("listening for HTTP requests")
            ? `http://${address}`
            : undefined,
      };
    },
  },
  {
    program: "spin",
    name: "spin up",
    async serve(component, folder) {
      const address = `127.0.0.1:${freePort()}`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(
        `${folder}/spin.toml`,
        `spin_manifest_version = 2
[application]
name = "bench"
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "${component}"
`,
      );
      return {
        command: "spin",
        args: ["up", "-f", `${folder}/spin.toml`, `--listen=${address}`],
        findUrl: (line) =>
          line.startsWith("Serving http") ? `http://${address}` : undefined,
      };
    },
  },
];

/** Those that are on PATH, and the names of those that are not. */
export async function nativeHosts(): Promise<
  { readonly found: NativeHost[]; readonly missing: string[] }
> {
  const found: NativeHost[] = [];
  const missing: string[] = [];
  for (const host of HOSTS) {
    if (await isInstalled(host.program)) found.push(host);
    else missing.push(host.name);
  }
  return { found, missing };
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Wasmtime's own server: a fresh instance for every request. */
function wasmtime(
  name: string,
  ...options: readonly string[]
): NativeHost & { readonly program: string } {
  return {
    program: "wasmtime",
    name,
    // deno-lint-ignore require-await -- others write files first
    async serve(component) {
      const address = `127.0.0.1:${freePort()}`;
      return {
        command: "wasmtime",
        args: ["serve", "-Scli", ...options, `--addr=${address}`, component],
        readsErrors: true,
        findUrl: (line) =>
          line.includes("Serving HTTP on") ? `http://${address}` : undefined,
      };
    },
  };
}
