/**
 * The core module of the hostile guest: it reads its request's body and does what stands there.
 *
 * A script is a run of steps, each a byte that says which, then:
 *
 * - `CALL`: the function's number (2 bytes), then 8 bytes for each of its core parameters. Where
 *   the upper half is {@linkcode LOAD}, the parameter is the `u32` at the address below.
 * - `REALLOC`: one byte, what `cabi_realloc` does from now on.
 * - `POKE`: an address and a value to store there, 4 bytes each.
 * - `GROW`: makes the memory a page larger.
 * - `ANSWER`: sets an empty response.
 *
 * @module
 */

import type { WitFunction } from "../../src/runtime/abi/wit_type.ts";

/** A class of resources, and where the guest keeps the handles it was given of it. */
export interface HostileResource {
  /** The name of its class, which two drafts may not share. */
  readonly key: string;
  readonly slot: number;
}

/** A core function that a script can call. */
export interface HostileCall {
  /** `wasi:io/poll@0.2.12` */
  readonly from: string;
  /** `[method]pollable.block`, or `[resource-drop]pollable`. */
  readonly name: string;
  /** Core types. */
  readonly parameters: readonly string[];
  readonly result: string | undefined;
  readonly wit: WitFunction;
  /** A resource that its type names. */
  readonly resource: (name: string) => HostileResource;
  /** The handle it answers, if any. */
  readonly gives:
    | {
      readonly resource: HostileResource;
      /** Where in the return area; `undefined` where it is the core value itself. */
      readonly offset: number | undefined;
      /** The case of the answer that has it. */
      readonly tag?: number;
    }
    | undefined;
}

/** What a step begins with. */
export const STEP = {
  call: 0,
  realloc: 1,
  poke: 2,
  grow: 3,
  answer: 4,
} as const;

/** What `cabi_realloc` can do. */
export const REALLOC_MODES = [
  "well",
  "out of bounds",
  "misaligned",
  "trap",
  "grow",
  "reenter",
  "the script",
] as const;

/** Marks a parameter that is to be loaded. */
export const LOAD = 0x7ff10a0dn;

/** Where things are in the guest's memory. */
export const PLACE = {
  /** Two handles for each resource: the newest, and the one before. */
  slots: 256,
  /** What functions answer that is more than one core value. */
  results: 1024,
  texts: 2048,
  /** For pokes, and for lists. */
  scratch: 4096,
  scratchEnd: 8192,
  script: 65536,
} as const;

/** Texts that mean something to a host, so that not all calls end at the first check. */
export const TEXTS = [
  "in_memory",
  "mykey",
  "other",
  "",
  "GET",
  "content-length",
  "10",
  "x-a",
  "value",
  "host",
  "transfer-encoding",
  "/path?q",
  "example.test:80",
  "\ud83d\ude80",
  "a\r\nb: c",
  "..",
  "/",
] as const;

/** Where a text is, and how long. */
export function placesOfTexts(): readonly (readonly [number, number])[] {
  let at: number = PLACE.texts;
  return TEXTS.map((text) => {
    const { length } = new TextEncoder().encode(text);
    const place = [at, length] as const;
    at += length;
    return place;
  });
}

/** Where the newest handle of a resource is kept. */
export function slotPlace({ slot }: HostileResource): number {
  return PLACE.slots + slot * 8;
}

/**
 * The module's text.
 *
 * @param empty The module that only imports and exports what the world has.
 */
export function hostileModule(
  empty: string,
  calls: readonly HostileCall[],
): string {
  const head = empty.slice(0, empty.indexOf("  (memory "));
  const custom = empty.slice(empty.indexOf("  (@custom "));
  const index = (from: string, name: string): number => {
    const found = calls.findIndex((call) =>
      call.from.startsWith(`${from}@`) && call.name === name
    );
    if (found < 0) throw new TypeError(`nothing imports ${from}#${name}`);
    return found;
  };
  const http = (name: string) => `call ${index("wasi:http/types", name)}`;
  const slots = (resource: string) => {
    const drop = calls[index("wasi:http/types", `[resource-drop]${resource}`)]!;
    return slotPlace(drop.resource(resource));
  };
  const input = calls[index("wasi:io/streams", "[resource-drop]input-stream")]!;
  const read = index("wasi:io/streams", "[method]input-stream.blocking-read");
  const block = index("wasi:io/poll", "[method]pollable.block");
  return `${head}
  (memory 16)
  (global $heap (mut i32) (i32.const ${PLACE.script}))
  (global $at (mut i32) (i32.const ${PLACE.script}))
  (global $end (mut i32) (i32.const 0))
  (global $mode (mut i32) (i32.const 0))
  (data (i32.const ${PLACE.texts}) "${escaped(TEXTS.join(""))}")
  (table funcref (elem ${calls.map((_, at) => `$c${at}`).join(" ")}))
  (export "wasi:http/incoming-handler@0.2.12#handle" (func $handle))
  (export "memory" (memory 0))
  (export "cabi_realloc" (func $realloc))
  (func $remember (param $slot i32) (param $handle i32)
    (i32.store offset=4 (local.get $slot) (i32.load (local.get $slot)))
    (i32.store (local.get $slot) (local.get $handle)))
  (func $arg64 (result i64) (local $value i64)
    (local.set $value (i64.load align=1 (global.get $at)))
    (global.set $at (i32.add (global.get $at) (i32.const 8)))
    (if (result i64)
      (i64.eq (i64.shr_u (local.get $value) (i64.const 32)) (i64.const ${LOAD}))
      (then (i64.load32_u (i32.wrap_i64 (i64.and (local.get $value) (i64.const 0xffff)))))
      (else (local.get $value))))
  (func $arg32 (result i32) (i32.wrap_i64 (call $arg64)))
  (func $room (param $end i32)
    (block $enough
      (br_if $enough (i32.le_u (local.get $end) (i32.shl (memory.size) (i32.const 16))))
      (br_if $enough (i32.ne (i32.const -1) (memory.grow (i32.add (i32.const 1)
        (i32.sub (i32.shr_u (local.get $end) (i32.const 16)) (memory.size))))))
      unreachable))
  (func $realloc (param $old i32) (param $oldsize i32) (param $align i32) (param $size i32)
    (result i32) (local $start i32)
    (if (i32.eq (global.get $mode) (i32.const 1)) (then (return (i32.const -16))))
    (if (i32.eq (global.get $mode) (i32.const 3)) (then unreachable))
    (if (i32.eq (global.get $mode) (i32.const 4)) (then (drop (memory.grow (i32.const 1)))))
    (if (i32.eq (global.get $mode) (i32.const 5))
      (then (call ${block} (i32.load (i32.const ${
    slotPlace(calls[block]!.resource("pollable"))
  })))))
    (if (i32.eq (global.get $mode) (i32.const 6)) (then (return (i32.const ${PLACE.script}))))
    (local.set $start (i32.and
      (i32.sub (i32.add (global.get $heap) (local.get $align)) (i32.const 1))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $heap (i32.add (local.get $start) (local.get $size)))
    (call $room (i32.add (global.get $heap) (i32.const 16)))
    (i32.add (local.get $start) (i32.eq (global.get $mode) (i32.const 2))))
${calls.map(callText).join("\n")}
  (func $read (param $request i32) (local $stream i32) (local $body i32)
    (${
    http("[method]incoming-request.consume")
  } (local.get $request) (i32.const ${PLACE.results}))
    (local.set $body (i32.load offset=4 (i32.const ${PLACE.results})))
    (call $remember (i32.const ${slots("incoming-body")}) (local.get $body))
    (${
    http("[method]incoming-body.stream")
  } (local.get $body) (i32.const ${PLACE.results}))
    (local.set $stream (i32.load offset=4 (i32.const ${PLACE.results})))
    (call $remember (i32.const ${
    slotPlace(input.resource("input-stream"))
  }) (local.get $stream))
    (loop $more
      (call ${read} (local.get $stream) (i64.const 65536) (i32.const ${PLACE.results}))
      (br_if $more (i32.eqz (i32.load8_u (i32.const ${PLACE.results})))))
    (global.set $end (global.get $heap)))
  (func $byte (result i32)
    (i32.load8_u (global.get $at))
    (global.set $at (i32.add (global.get $at) (i32.const 1))))
  (func $u32 (result i32)
    (i32.load align=1 (global.get $at))
    (global.set $at (i32.add (global.get $at) (i32.const 4))))
  (func $answer (local $response i32)
    (local.set $response (${http("[constructor]outgoing-response")} (${
    http("[constructor]fields")
  })))
    (${http("[static]response-outparam.set")} (i32.load (i32.const ${
    slots("response-outparam")
  })) (i32.const 0)
      (local.get $response) (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0)))
  (func $handle (param $request i32) (param $out i32) (local $step i32)
    (global.set $heap (i32.const ${PLACE.script}))
    (global.set $at (i32.const ${PLACE.script}))
    (global.set $mode (i32.const 0))
    (call $remember (i32.const ${
    slots("incoming-request")
  }) (local.get $request))
    (call $remember (i32.const ${slots("response-outparam")}) (local.get $out))
    (call $read (local.get $request))
    (loop $next
      (if (i32.ge_u (global.get $at) (global.get $end)) (then (return)))
      (local.set $step (call $byte))
      (if (i32.eq (local.get $step) (i32.const ${STEP.call})) (then
        (global.set $at (i32.add (global.get $at) (i32.const 2)))
        (call_indirect (i32.load16_u align=1 (i32.sub (global.get $at) (i32.const 2))))))
      (if (i32.eq (local.get $step) (i32.const ${STEP.realloc})) (then
        (global.set $mode (call $byte))))
      (if (i32.eq (local.get $step) (i32.const ${STEP.poke})) (then
        (i32.store (call $u32) (call $u32))))
      (if (i32.eq (local.get $step) (i32.const ${STEP.grow})) (then
        (drop (memory.grow (i32.const 1)))))
      (if (i32.eq (local.get $step) (i32.const ${STEP.answer})) (then (call $answer)))
      (br $next)))
${custom}`;
}

/** A function that takes its arguments from the script and remembers what handle it is given. */
function callText(call: HostileCall, index: number): string {
  const args = call.parameters.map(argument).join(" ");
  const text = `(call ${index} ${args})`;
  const { gives } = call;
  if (call.result === undefined) {
    if (gives?.offset === undefined) return `  (func $c${index} ${text})`;
    return `  (func $c${index} ${text}
    (if (i32.eq (i32.load8_u (i32.const ${PLACE.results})) (i32.const ${gives.tag}))
      (then (call $remember (i32.const ${slotPlace(gives.resource)})
        (i32.load (i32.const ${PLACE.results + gives.offset}))))))`;
  }
  if (gives === undefined || gives.offset !== undefined) {
    return `  (func $c${index} (drop ${text}))`;
  }
  return `  (func $c${index} (call $remember (i32.const ${
    slotPlace(gives.resource)
  }) ${text}))`;
}

function argument(type: string): string {
  switch (type) {
    case "i32":
      return "(call $arg32)";
    case "i64":
      return "(call $arg64)";
    case "f32":
      return "(f32.reinterpret_i32 (call $arg32))";
    default:
      return "(f64.reinterpret_i64 (call $arg64))";
  }
}

function escaped(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}
