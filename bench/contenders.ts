/**
 * All servers that `deno task bench` holds beside each other.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { installJco, JCO_VERSION } from "./jco.ts";
import { nativeHosts } from "./native_hosts.ts";
import { makeProject, openStore, STORES } from "./project_folder.ts";
import {
  program,
  rawServer,
  type ServerOptions,
  wharf,
} from "./server_process.ts";

/** A server under load. */
export interface Contender {
  /** Unique among them: `kv_get, reused, inline`. */
  readonly name: string;
  /** Called for each start, since some want a free port. */
  readonly server: () => ServerOptions;
  /** What is asked for. */
  readonly path: string;
  /** What it has to answer: a key that was not read would be cheap. */
  readonly body: string;
}

/** The servers, and what is said about those that are not among them. */
export interface Contenders {
  readonly list: readonly Contender[];
  readonly remarks: readonly string[];
}

/** A component that is measured. */
export interface MeasuredGuest {
  readonly name: string;
  /** Its file, absolute. */
  readonly file: string;
  readonly path: string;
  readonly body: string;
}

const file = (path: string) =>
  fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Answers a constant. */
export const HELLO: MeasuredGuest = {
  name: "hello",
  file: file("tests/guests/hello.wasm"),
  path: "/",
  body: "hello\n",
};

/** Reads a key. */
export const KV_GET: MeasuredGuest = {
  name: "kv_get",
  file: file("tests/guests/kv_get.wasm"),
  path: "/",
  body: "myvalue",
};

/** Reads a key, in TypeScript. */
export const TEMPLATE: MeasuredGuest = {
  name: "template",
  file: file("templates/http-kv-handler/dist/http_kv_handler.wasm"),
  path: "/?key=mykey",
  body: "[in_memory] myvalue\n",
};

/** How instances are used. */
export const USES = ["fresh", "reused"] as const;

/** The name of Wharf with a guest. */
export function wharfName(
  guest: MeasuredGuest,
  use: typeof USES[number],
  lanes: number,
): string {
  return `${guest.name}, ${use}, ${lanes === 0 ? "inline" : "lane"}`;
}

/** Wharf with a guest and a project. */
export function wharfServer(
  guest: MeasuredGuest,
  use: typeof USES[number],
  { lanes, project }: { readonly lanes: number; readonly project: string },
): ServerOptions {
  return wharf(
    `--project=${project}`,
    `--component=${guest.file}`,
    `--lanes=${lanes}`,
    `--instance-reuse=${use === "fresh" ? 1 : 1_000_000_000}`,
  );
}

/**
 * Makes ready what they need: servers of stores, and jco.
 *
 * @param only What a name must hold.
 */
export async function openContenders(
  stack: AsyncDisposableStack,
  folder: string,
  only = "",
): Promise<Contenders> {
  const list: Contender[] = [];
  const remarks: string[] = [];
  const wanted = (name: string) => name.includes(only);
  const add = (contender: Contender) => {
    // Without it nothing could be compared.
    if (list.length === 0 || wanted(contender.name)) list.push(contender);
  };
  const body = HELLO.body;
  add({ name: RAW, server: rawServer, path: "/", body });
  add({
    name: "Hono",
    server: () => program("bench/hono_server.ts"),
    path: "/",
    body,
  });
  const project = await makeProject(`${folder}/in_memory`);
  for (const guest of [HELLO, KV_GET, TEMPLATE]) {
    for (const use of USES) {
      for (const lanes of [0, 1]) {
        add({
          ...guest,
          name: wharfName(guest, use, lanes),
          server: () => wharfServer(guest, use, { lanes, project }),
        });
      }
    }
  }
  for (const store of STORES) {
    const name = `${wharfName(KV_GET, "reused", 0)}, ${store}`;
    if (!wanted(name)) continue;
    try {
      const place = await openStore(stack, store, `${folder}/${store}`);
      const project = await makeProject(`${folder}/${store}`, place);
      const server = () => wharfServer(KV_GET, "reused", { lanes: 0, project });
      add({ ...KV_GET, name, server });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      remarks.push(`${store}: its server is not installed.`);
    }
  }
  await addJco(add, remarks, { folder, wanted });
  await addNative(add, remarks, folder);
  return { list, remarks };
}

/** The name of what all others are held against. */
export const RAW = "Deno.serve";

/** The name of `jco serve` with a guest. */
export function jcoName(
  guest: MeasuredGuest,
  use: typeof USES[number],
): string {
  return `jco serve, ${guest.name}, ${use}`;
}

async function addJco(
  add: (contender: Contender) => void,
  remarks: string[],
  { folder, wanted }: {
    readonly folder: string;
    readonly wanted: (name: string) => boolean;
  },
): Promise<void> {
  const contests = [
    [HELLO, "fresh"],
    [HELLO, "reused"],
    [KV_GET, "reused"],
    [TEMPLATE, "reused"],
  ] as const;
  if (!contests.some(([guest, use]) => wanted(jcoName(guest, use)))) return;
  const jco = await installJco(
    folder,
    (reason) => remarks.push(`jco serve: cannot be installed: ${reason}`),
  );
  if (jco === undefined) return;
  for (const [guest, use] of contests) {
    add({
      ...guest,
      name: jcoName(guest, use),
      server: () => jco(guest.file, { fresh: use === "fresh" }),
    });
  }
  remarks.push(
    `jco serve: \`@bytecodealliance/jco@${JCO_VERSION}\` on ${await nodeVersion()}; 1.24.6 has no ` +
      "`--isolate-requests`. It has no `wasi:keyvalue`; `bench/jco_keyvalue.js` is a Map for it, by " +
      "`--jco-map`. With `--isolate-requests instance` there is no such way, so fresh instances are of hello.",
  );
}

async function addNative(
  add: (contender: Contender) => void,
  remarks: string[],
  folder: string,
): Promise<void> {
  const { found, missing } = await nativeHosts();
  for (const { name, serve } of found) {
    // A path of its own a host: they write projects into it.
    const options = await serve(
      HELLO.file,
      `${folder}/${name.replace(" ", "_")}`,
    );
    add({ ...HELLO, name: `${name}, hello`, server: () => options });
  }
  if (missing.length > 0) {
    remarks.push(`Not installed, so not measured: ${missing.join(", ")}.`);
  }
}

async function nodeVersion(): Promise<string> {
  const { stdout } = await new Deno.Command("node", { args: ["--version"] })
    .output();
  return `Node ${new TextDecoder().decode(stdout).trim().slice(1)}`;
}
