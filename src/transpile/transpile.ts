/**
 * A component's bytes to the files of an artifact, by jco. Nothing but this file imports
 * jco's bindings generator, and it is itself imported only when there is something to transpile.
 *
 * @module
 */

import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import {
  ARTIFACT_FORMAT,
  formatManifest,
  MANIFEST_FILE,
  sha256,
} from "../runtime/artifact.ts";
import { withPlaces } from "./code_places.ts";
import { readComponent } from "./component.ts";
import { exposeState } from "./core_state.ts";
import { callDirectly } from "./direct_calls.ts";
import { makeInterruptible } from "./interruptible.ts";
import { importSpecifier, readLinkPlan } from "./read_link_plan.ts";
import { readSignatures } from "./signatures.ts";

/** Files of an artifact by name, `artifact.json` among them. */
export type ArtifactFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * Transpiles a component.
 *
 * @throws {TypeError | RangeError} The component is damaged, or uses what jco does not know.
 * @throws {LinkPlanError} It is of a form that Wharf cannot run.
 */
export async function transpile(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ArtifactFiles> {
  const { imports, exports } = readComponent(bytes);
  await $init;
  const { files } = generate(bytes, {
    name: "component",
    instantiation: { tag: "async" },
    // Only so does the script say which memory each host function works on.
    importBindings: { tag: "hybrid" },
    noTypescript: true,
    noNodejsCompat: true,
    base64Cutoff: 0,
    // Without this jco drops the versions, and two versions of an interface become one; and it
    // puts the classes of labelled imports with those of the plain one.
    map: imports.map((wanted) => [wanted.label, importSpecifier(wanted)]),
  });
  const script = files.find(([name]) => name === "component.js");
  if (script === undefined) {
    throw new TypeError("Cannot find the script in what jco wrote");
  }
  const modules = new Map(
    files.filter(([name]) => name.endsWith(".wasm"))
      .map(([name, content]) => [name, new Uint8Array(content)] as const),
  );
  const plan = callDirectly(
    readLinkPlan(new TextDecoder().decode(script[1])),
    modules,
  );
  const { files: written, isRestorable } = exposeStates(
    new Map(
      plan.instances.map(({ module }) => [
        module,
        makeInterruptible(withPlaces(modules.get(module)!)),
      ]),
    ),
  );
  const manifest = await formatManifest({
    format: ARTIFACT_FORMAT,
    imports,
    exports,
    signatures: readSignatures(bytes),
    plan,
    isRestorable,
    hashes: await hashAll(written),
  });
  written.set(MANIFEST_FILE, manifest);
  return written;
}

/** An instance can be put back to its first state if all of its core modules can. */
function exposeStates(modules: ArtifactFiles): {
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  readonly isRestorable: boolean;
} {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, module] of modules) {
    const exposed = exposeState(module);
    if (exposed === undefined) {
      return { files: new Map(modules), isRestorable: false };
    }
    files.set(name, exposed);
  }
  return { files, isRestorable: true };
}

async function hashAll(files: ArtifactFiles): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const [name, content] of files) hashes[name] = await sha256(content);
  return hashes;
}
