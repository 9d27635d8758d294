/**
 * Takes a detour out of a link plan. A core module needs its imports before it is there, and host
 * functions need its memory: so wit-component puts a module between the two whose functions only
 * call what is in a table, and one more that fills the table when all else is made. Both cost an
 * instance of their own with every guest. Wharf's host functions can look for a memory later.
 *
 * What is not exactly of that form is left as it is.
 *
 * @module
 */

import type {
  CoreExport,
  CoreImportPlan,
  CoreInstancePlan,
  LinkPlan,
} from "../runtime/link_plan.ts";
import { importKey, readFiller, readShims } from "./shim_modules.ts";

/** The binary of each core module by its file's name. */
export type CoreBinaries = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

type Lowered = CoreImportPlan & { readonly kind: "lower" };

/**
 * The plan, with host functions where they were called by a table.
 *
 * @param modules As the component has them: what is added to them later would hide their form.
 */
export function callDirectly(plan: LinkPlan, modules: CoreBinaries): LinkPlan {
  const detour = findDetour(plan, modules);
  if (detour === undefined) return plan;
  const { shim, functions } = detour;
  const last = plan.instances.length - 1;
  const instances = plan.instances.map((instance, place) =>
    place === last ? instance : redirected(instance, shim, functions)
  );
  const isUsed = instances.some((instance, place) =>
    place !== last && importsOf(instance).some((each) => isOf(each, shim))
  );
  return isUsed
    ? { ...plan, instances }
    : without({ ...plan, instances }, new Set([shim, last]));
}

/** The module between, and the host functions behind its exports. */
interface Detour {
  readonly shim: number;
  readonly functions: ReadonlyMap<string, Lowered>;
}

function findDetour(
  plan: LinkPlan,
  modules: CoreBinaries,
): Detour | undefined {
  const last = plan.instances.length - 1;
  const filler = plan.instances[last];
  if (filler === undefined || isExported(plan, last)) return undefined;
  const imports = new Map(
    Object.entries(filler.imports).flatMap(([namespace, values]) =>
      Object.entries(values)
        .map(([name, value]) => [importKey(namespace, name), value] as const)
    ),
  );
  const filling = readFiller(modules.get(filler.module));
  const table = filling && imports.get(filling.table);
  if (filling === undefined || table?.kind !== "export") return undefined;
  const { instance: shim, name } = table.of;
  const shimPlan = plan.instances[shim];
  if (
    shimPlan === undefined || isExported(plan, shim) ||
    Object.keys(shimPlan.imports).length > 0 ||
    plan.instances.filter(({ module }) => module === shimPlan.module).length > 1
  ) return undefined;
  const shims = readShims(modules.get(shimPlan.module));
  if (shims === undefined || shims.table !== name) return undefined;
  // Whoever else has the table could put something into it.
  const holders = plan.instances.flatMap(importsOf)
    .filter((each) => each.kind === "export" && isSame(each.of, table.of));
  if (holders.length !== 1) return undefined;
  const functions = new Map<string, Lowered>();
  for (const [exported, { slot, type }] of shims.functions) {
    const filled = filling.slots.get(slot);
    const behind = filled && imports.get(filled.key);
    // A function of another instance is no host function, and one of another type traps.
    if (behind?.kind === "lower" && filled?.type === type) {
      functions.set(exported, { ...behind, late: true });
    }
  }
  return { shim, functions };
}

function isExported({ exports }: LinkPlan, place: number): boolean {
  return Object.values(exports).some(({ instance }) => instance === place);
}

function importsOf({ imports }: CoreInstancePlan): CoreImportPlan[] {
  return Object.values(imports).flatMap((values) => Object.values(values));
}

function isOf(plan: CoreImportPlan, place: number): boolean {
  return plan.kind === "export" && plan.of.instance === place;
}

function isSame(a: CoreExport, b: CoreExport): boolean {
  return a.instance === b.instance && a.name === b.name;
}

function redirected(
  instance: CoreInstancePlan,
  shim: number,
  functions: ReadonlyMap<string, Lowered>,
): CoreInstancePlan {
  return mapImports(
    instance,
    (plan) =>
      plan.kind === "export" && plan.of.instance === shim
        ? functions.get(plan.of.name) ?? plan
        : plan,
  );
}

function mapImports(
  { module, imports }: CoreInstancePlan,
  change: (plan: CoreImportPlan) => CoreImportPlan,
): CoreInstancePlan {
  return {
    module,
    imports: mapValues(imports, (values) => mapValues(values, change)),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value)]),
  );
}

/** The plan without some instances that nothing refers to. */
function without(
  { instances, exports }: LinkPlan,
  gone: ReadonlySet<number>,
): LinkPlan {
  const kept = [...instances.keys()].filter((place) => !gone.has(place));
  const moved = ({ instance, name }: CoreExport): CoreExport => ({
    instance: kept.indexOf(instance),
    name,
  });
  return {
    instances: kept.map((place) =>
      mapImports(instances[place]!, (plan) => {
        if (plan.kind === "export") return { ...plan, of: moved(plan.of) };
        if (plan.kind !== "lower") return plan;
        const { memory, realloc, ...rest } = plan;
        return {
          ...rest,
          ...(memory !== undefined && { memory: moved(memory) }),
          ...(realloc !== undefined && { realloc: moved(realloc) }),
        };
      })
    ),
    exports: mapValues(exports, moved),
  };
}
