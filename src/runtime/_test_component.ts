/**
 * A component of one core module that calls one host function, for the tests of this folder.
 *
 * @module
 */

import { type Lifted, liftExports } from "./abi/lifting.ts";
import type { Artifact } from "./artifact.ts";
import type { ExportedInterface } from "./guest.ts";
import type { HostInterface, InstanceContext } from "./host_interface.ts";
import type { CoreImportPlan } from "./link_plan.ts";

/**
 * Made from this text by wasm-tools:
 *
 * ```wat
 * (module
 *   (import "host" "f" (func $f (param i32) (result i32)))
 *   (memory (export "memory") 1)
 *   ;; traps when the host answers 0
 *   (func (export "call") (param i32)
 *     local.get 0 call $f i32.const 0 i32.eq if unreachable end)
 *   ;; catches what the host throws
 *   (func (export "ignore") (param i32)
 *     block $caught
 *       try_table (catch_all $caught) local.get 0 call $f drop end
 *     end)
 *   ;; catches what the host throws, and calls once more
 *   (func (export "insist") (param i32)
 *     block $caught
 *       try_table (catch_all $caught) local.get 0 call $f drop end
 *     end
 *     local.get 0 call $f drop))
 * ```
 */
const CORE_MODULE =
  "0061736d01000000010a0260017f017f60017f00020a0104686f73740166000003040301" +
  "01010503010001072304066d656d6f727902000463616c6c00010669676e6f7265000206" +
  "696e7369737400030a36030d00200010004100460440000b0b100002401f40010200200010" +
  "001a0b0b0b150002401f40010200200010001a0b0b200010001a0b0022046e616d65010401" +
  "0001660315020201000663617567687403010006636175676874";

/** Its bytes. */
export function testModule(): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(CORE_MODULE);
}

/** The label of the component's only export. */
export const TEST_EXPORT = "test:test/entry@0.1.0";

/** The component; by default its `f` is `f` of `test:test/test@0.1.0`. */
export function testArtifact(
  f: CoreImportPlan = {
    kind: "lower",
    label: "test:test/test@0.1.0",
    function: "f",
  },
): Artifact {
  const names = ["call", "ignore", "insist"];
  return {
    imports: [],
    exports: [TEST_EXPORT],
    plan: {
      instances: [{ module: "core.wasm", imports: { host: { f } } }],
      exports: Object.fromEntries(
        names.map((name) => [`${TEST_EXPORT}#${name}`, { instance: 0, name }]),
      ),
    },
    coreModules: new Map([["core.wasm", new WebAssembly.Module(testModule())]]),
  };
}

/** The export of {@linkcode testArtifact}, each function of which takes one handle. */
export const TEST_ENTRY: ExportedInterface = {
  name: "test:test/entry",
  version: "0.1.0",
  types: { thing: "resource" },
  functions: {
    call: "func(x: thing)",
    ignore: "func(x: thing)",
    insist: "func(x: thing)",
  },
  resources: { thing: Object },
};

/** A function of {@linkcode TEST_ENTRY}. */
export function testFunction(name: string): Lifted {
  return liftExports(TEST_ENTRY).get(name)!;
}

/** What satisfies an import of {@linkcode testArtifact}. */
export function testInterface(
  type: string,
  f: (...args: never[]) => unknown,
  more: Partial<HostInterface> = {},
): HostInterface {
  return {
    name: "test:test/test",
    version: "0.1.0",
    functions: { f: type },
    types: {},
    resources: {},
    waits: [],
    imports: () => ({ f }),
    ...more,
  };
}

/** An instance that no one listens to. */
export function testContext(): InstanceContext {
  return {
    requestId: undefined,
    output: { line() {}, message() {} },
    onDrop() {},
  };
}
