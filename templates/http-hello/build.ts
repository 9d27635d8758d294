/**
 * `deno task build`: makes a WebAssembly component of `src/` and `wit/`.
 *
 * Bundling takes milliseconds, making the component seconds. So the component is
 * made only when something that goes into it has changed, or with `--force`.
 *
 * @module
 */

const ENTRY = "src/component.ts";
const WORLD = "http-hello";
/** `.wash/config.yaml` names it as well. */
const COMPONENT = "dist/http_hello.wasm";
/** Tells what the component was made of; see `stampOf()`. */
const STAMP = "dist/http_hello.stamp";

async function build(force: boolean): Promise<void> {
  const start = performance.now();
  const source = await bundle();
  const inputs = [source, ...await readFiles("wit")];
  for (const file of ["build.ts", "deno.json", "package.json"]) {
    inputs.push(await Deno.readTextFile(file)); // the tools and their versions
  }
  if (!force && await isUpToDate(inputs)) {
    console.log(`${COMPONENT} is up to date`);
    return;
  }
  const component = await componentize(source);
  await Deno.mkdir("dist", { recursive: true });
  await replaceFile(COMPONENT, component);
  await replaceFile(STAMP, encode(await stampOf(inputs, component)));
  const size = (component.length / 2 ** 20).toFixed(1);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Built ${COMPONENT}: ${size} MiB in ${seconds} s`);
}

/** Strips the types and joins all modules, those of packages too, into one. */
async function bundle(): Promise<string> {
  const { errors, outputFiles } = await Deno.bundle({
    entrypoints: [ENTRY],
    external: ["wasi:*"], // what the host provides
    platform: "browser", // inside a component there is no Deno and no Node
    write: false,
  });
  const [output] = outputFiles ?? [];
  if (errors.length > 0 || output === undefined) {
    throw new Error(errors.map(({ text }) => text).join("\n"));
  }
  return output.text();
}

/** Puts the source into a JavaScript engine that is compiled to WebAssembly. */
async function componentize(source: string): Promise<Uint8Array> {
  // Imported only here: a build that is up to date need not load it.
  const tool = await import("@bytecodealliance/componentize-js");
  // Not in this directory, since the tool takes no path with a space in it.
  const directory = await Deno.makeTempDir();
  try {
    const sourcePath = `${directory}/component.js`;
    await Deno.writeTextFile(sourcePath, source);
    const { component } = await tool.componentize({
      sourcePath,
      witPath: "wit",
      worldName: WORLD,
      // What is not disabled: console, Math.random() and crypto, Date.
      disableFeatures: ["http", "fetch-event"],
    });
    return component;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function isUpToDate(inputs: string[]): Promise<boolean> {
  try {
    const stamp = await Deno.readTextFile(STAMP);
    return stamp === await stampOf(inputs, await Deno.readFile(COMPONENT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return false;
    }
    throw error;
  }
}

/** Covers the component as well, so that a damaged one is made again. */
async function stampOf(
  inputs: string[],
  component: Uint8Array,
): Promise<string> {
  const digests = [await digest(component)];
  for (const input of inputs) {
    digests.push(await digest(encode(input)));
  }
  return digests.join("\n");
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return new Uint8Array(hash).toHex();
}

async function readFiles(directory: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  const texts: string[] = [];
  for (const { name, isDirectory } of entries) {
    const path = `${directory}/${name}`;
    texts.push(
      ...isDirectory ? await readFiles(path) : [await Deno.readTextFile(path)],
    );
  }
  return texts;
}

/** Writes all of a file or nothing: whoever reads it meanwhile gets the old one. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(temporary, bytes);
  await Deno.rename(temporary, path);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.chdir(new URL(".", import.meta.url));
try {
  await build(Deno.args.includes("--force"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
