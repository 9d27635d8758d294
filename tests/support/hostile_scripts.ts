/**
 * Scripts for the hostile guest, drawn by fast-check: calls that are nearly right, so that they
 * come far, among calls that are wrong in every way.
 *
 * @module
 */

import fc from "fast-check";
import type { WitType } from "../../src/runtime/abi/wit_type.ts";
import {
  type HostileCall,
  LOAD,
  PLACE,
  placesOfTexts,
  REALLOC_MODES,
  slotPlace,
  STEP,
} from "./hostile_module.ts";

/** One step; a script is a run of them. */
export type HostileStep =
  | {
    readonly kind: "call";
    readonly call: number;
    readonly args: readonly bigint[];
  }
  | { readonly kind: "realloc"; readonly mode: number }
  | { readonly kind: "poke"; readonly place: number; readonly value: number }
  | { readonly kind: "grow" }
  | { readonly kind: "answer" };

/** CanonicalABI.md: more core values than this are passed through memory. */
const MAX_FLAT_PARAMETERS = 16;

/** How many calls are drawn for one step; the first that has its handles is taken. */
const CANDIDATES = 8;

/** A step as it is drawn: some calls to choose from, or what is done in any case. */
type Draft = readonly HostileStep[] | HostileStep;

/** Scripts of so many steps; half of them end in an answer. */
export function hostileScripts(
  calls: readonly HostileCall[],
  length = 40,
): fc.Arbitrary<readonly HostileStep[]> {
  return fc.tuple(
    fc.array(drafts(calls), { minLength: 1, maxLength: length, size: "max" }),
    fc.boolean(),
  ).map(([run, answers]) => {
    const steps = chosen(run, calls);
    return answers ? [...steps, { kind: "answer" as const }] : steps;
  });
}

function drafts(calls: readonly HostileCall[]): fc.Arbitrary<Draft> {
  const scratch = fc.integer({
    min: PLACE.scratch / 4,
    max: PLACE.scratchEnd / 4 - 1,
  });
  const right = fc.oneof(
    { weight: 2, arbitrary: fc.oneof(...calls.map(rightCalls)) },
    { weight: 1, arbitrary: fc.oneof(...givers(calls)) },
  );
  return fc.oneof(
    {
      weight: 90,
      arbitrary: fc.array(right, {
        minLength: CANDIDATES,
        maxLength: CANDIDATES,
      }),
    },
    { weight: 3, arbitrary: fc.oneof(...calls.map(wrongCalls)) },
    {
      weight: 1,
      arbitrary: fc.nat(REALLOC_MODES.length - 1)
        .map((mode) => ({ kind: "realloc" as const, mode })),
    },
    {
      weight: 8,
      arbitrary: fc.tuple(scratch, wild32()).map(([place, value]) => ({
        kind: "poke" as const,
        place: place * 4,
        value: Number(BigInt.asUintN(32, value)),
      })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "grow" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "answer" as const }) },
  );
}

/** Calls that answer handles: without them there is little to call. */
function givers(calls: readonly HostileCall[]): fc.Arbitrary<HostileStep>[] {
  return calls.flatMap((call, index) =>
    call.gives === undefined ? [] : [rightCalls(call, index)]
  );
}

/** Follows which handles there are, as far as can be told, and takes what can be called. */
function chosen(
  run: readonly Draft[],
  calls: readonly HostileCall[],
): readonly HostileStep[] {
  const held = new Set<string>(FIRST_RESOURCES);
  const canCall = (step: HostileStep) =>
    step.kind === "call" && handlesOf(calls[step.call]!)
      .every(({ key }) => held.has(key));
  return run.map((draft) => {
    if (!Array.isArray(draft)) return draft as HostileStep;
    const candidates = draft as readonly HostileStep[];
    const step = candidates.find(canCall) ?? candidates[0]!;
    if (step.kind !== "call") return step;
    const call = calls[step.call]!;
    for (const { key, isOwned } of handlesOf(call)) {
      if (isOwned) held.delete(key);
    }
    if (call.gives !== undefined) held.add(call.gives.resource.key);
    return step;
  });
}

/** What the guest has when its script begins. */
const FIRST_RESOURCES = [
  "IncomingRequest",
  "ResponseOutparam",
  "IncomingBody",
  "InputStream",
] as const;

function handlesOf(
  call: HostileCall,
): { readonly key: string; readonly isOwned: boolean }[] {
  return call.wit.parameters.flatMap(({ type }) =>
    type.kind === "own" || type.kind === "borrow"
      ? [{
        key: call.resource(type.resource).key,
        isOwned: type.kind === "own",
      }]
      : []
  );
}

function rightCalls(
  call: HostileCall,
  index: number,
): fc.Arbitrary<HostileStep> {
  const types = call.wit.parameters.map(({ type }) => type);
  const width = types.reduce((sum, type) => sum + flatWidth(type), 0);
  const place = fc.constantFrom(
    BigInt(PLACE.scratch),
    BigInt(PLACE.scratch + 64),
  );
  const args: fc.Arbitrary<readonly bigint[]>[] = width > MAX_FLAT_PARAMETERS
    ? [place.map((at) => [at])]
    : types.map((type) => flatValues(type, call));
  const hasPlace =
    call.parameters.length === Math.min(width, MAX_FLAT_PARAMETERS + 1) + 1 ||
    (width > MAX_FLAT_PARAMETERS && call.parameters.length === 2);
  if (hasPlace) args.push(fc.constant([BigInt(PLACE.results)]));
  return fc.tuple(...args).map((parts) => {
    const values = parts.flat();
    if (values.length !== call.parameters.length) {
      throw new TypeError(
        `${call.from}#${call.name} takes ${call.parameters.length} core values, not ${values.length}`,
      );
    }
    return { kind: "call", call: index, args: values };
  });
}

function wrongCalls(
  { parameters }: HostileCall,
  call: number,
): fc.Arbitrary<HostileStep> {
  return fc.tuple(
    ...parameters.map((type) => type === "i32" ? wild32() : wild64()),
  ).map((args) => ({ kind: "call", call, args }));
}

/** How many core values a type is passed as. */
function flatWidth(type: WitType): number {
  const sum = (types: readonly WitType[]) =>
    types.reduce((total, one) => total + flatWidth(one), 0);
  const widest = (types: readonly (WitType | undefined)[]) =>
    1 + Math.max(0, ...types.map((one) => one ? flatWidth(one) : 0));
  switch (type.kind) {
    case "string":
    case "list":
      return 2;
    case "record":
      return sum(type.fields.map((field) => field.type));
    case "tuple":
      return sum(type.elements);
    case "option":
      return widest([type.some]);
    case "result":
      return widest([type.ok, type.error]);
    case "variant":
      return widest(type.cases.map((one) => one.type));
    default:
      return 1;
  }
}

/** Core values of a type that are mostly what they should be. */
function flatValues(
  type: WitType,
  call: HostileCall,
): fc.Arbitrary<readonly bigint[]> {
  const all = (types: readonly WitType[]) =>
    fc.tuple(...types.map((one) => flatValues(one, call)))
      .map((parts) => parts.flat());
  const oneOf = (cases: readonly (WitType | undefined)[]) =>
    fc.oneof(
      ...cases.map((one, tag) =>
        (one === undefined ? fc.constant([]) : flatValues(one, call))
          .map((values) => {
            const rest = flatWidth(type) - 1 - values.length;
            return [BigInt(tag), ...values, ...Array(rest).fill(0n)];
          })
      ),
    );
  switch (type.kind) {
    case "own":
    case "borrow": {
      const slot = BigInt(slotPlace(call.resource(type.resource)));
      return fc.oneof(
        { weight: 16, arbitrary: fc.constant([(LOAD << 32n) | slot]) },
        { weight: 3, arbitrary: fc.constant([(LOAD << 32n) | (slot + 4n)]) },
        { weight: 1, arbitrary: fc.bigInt(0n, 12n).map((handle) => [handle]) },
      );
    }
    case "string":
      return textPlaces();
    case "list":
      return type.element.kind === "u8" ? textPlaces() : fc.tuple(
        fc.bigInt(0n, 64n).map((at) => BigInt(PLACE.scratch) + at * 8n),
        fc.bigInt(0n, 3n),
      );
    case "record":
      return all(type.fields.map((field) => field.type));
    case "tuple":
      return all(type.elements);
    case "option":
      return oneOf([undefined, type.some]);
    case "result":
      return oneOf([type.ok, type.error]);
    case "variant":
      return oneOf(type.cases.map((one) => one.type));
    case "enum":
      return fc.bigInt(0n, BigInt(type.cases.length - 1)).map((one) => [one]);
    case "flags":
      return fc.bigInt(0n, (1n << BigInt(type.names.length)) - 1n)
        .map((one) => [one]);
    case "bool":
      return fc.bigInt(0n, 1n).map((one) => [one]);
    default:
      return fc.oneof(fc.bigInt(0n, 5000n), wild64()).map((one) => [one]);
  }
}

/** Mostly a text that the guest has, else bytes of any kind. */
function textPlaces(): fc.Arbitrary<readonly bigint[]> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: fc.constantFrom(...placesOfTexts())
        .map(([at, length]) => [BigInt(at), BigInt(length)]),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(
        fc.bigInt(BigInt(PLACE.texts), BigInt(PLACE.scratchEnd)),
        fc.bigInt(0n, 5000n),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant(0n), fc.constantFrom(65536n, 1_000_000n)),
    },
  );
}

function wild32(): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt(0n, 12n),
    fc.bigInt(0n, 8192n),
    fc.bigInt(-16n, -1n),
    fc.constantFrom(
      65535n,
      65536n,
      0x7fffffffn,
      0x80000000n,
      0xfffffff0n,
      0xffffffffn,
    ),
    fc.bigInt(0n, 0xffffffffn),
  );
}

function wild64(): fc.Arbitrary<bigint> {
  return fc.oneof(
    wild32(),
    fc.constantFrom(
      2n ** 53n,
      2n ** 63n,
      2n ** 63n - 1n,
      2n ** 64n - 1n,
      10n ** 9n,
    ),
    fc.bigInt(0n, 2n ** 64n - 1n),
  );
}

/** A script as the guest reads it. */
export function encodeScript(
  script: readonly HostileStep[],
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const put = (value: bigint | number, size: number) => {
    for (
      let rest = BigInt.asUintN(64, BigInt(value));
      size-- > 0;
      rest >>= 8n
    ) {
      bytes.push(Number(rest & 0xffn));
    }
  };
  for (const step of script) {
    bytes.push(STEP[step.kind]);
    switch (step.kind) {
      case "call":
        put(step.call, 2);
        for (const arg of step.args) put(arg, 8);
        break;
      case "realloc":
        put(step.mode, 1);
        break;
      case "poke":
        put(step.place, 4);
        put(step.value, 4);
        break;
    }
  }
  return Uint8Array.from(bytes);
}

/** A script for people, each call by its name. */
export function describeScript(
  script: readonly HostileStep[],
  calls: readonly HostileCall[],
): string {
  return script.map((step) => {
    switch (step.kind) {
      case "call": {
        const { from, name } = calls[step.call]!;
        return `${from}#${name}(${step.args.map(describeArgument).join(", ")})`;
      }
      case "realloc":
        return `realloc: ${REALLOC_MODES[step.mode]}`;
      case "poke":
        return `[${step.place}] = ${step.value}`;
      default:
        return step.kind;
    }
  }).join("\n");
}

function describeArgument(value: bigint): string {
  return value >> 32n === LOAD ? `[${value & 0xffffffffn}]` : `${value}`;
}
