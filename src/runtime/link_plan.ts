/**
 * How a component's core modules are joined, as data: which to instantiate in which order, and
 * what each is given. `src/transpile` reads it from what jco writes.
 *
 * @module
 */

/** All of it. */
export interface LinkPlan {
  /** Core instances in the order they are made; others refer to them by their place here. */
  readonly instances: readonly CoreInstancePlan[];
  /** Core functions by export: `wasi:http/incoming-handler@0.2.0#handle`. */
  readonly exports: Readonly<Record<string, CoreExport>>;
}

/** One core instance. */
export interface CoreInstancePlan {
  /** The core module's file name. */
  readonly module: string;
  /** What it imports, by the two names of core imports. */
  readonly imports: Readonly<
    Record<string, Readonly<Record<string, CoreImportPlan>>>
  >;
}

/** Something that a core instance exports. */
export interface CoreExport {
  /** Place in {@linkcode LinkPlan.instances}. */
  readonly instance: number;
  /** As its core module spells it. */
  readonly name: string;
}

/** What satisfies one core import. */
export type CoreImportPlan =
  /** An export of an earlier instance. */
  | { readonly kind: "export"; readonly of: CoreExport }
  /** A host function. */
  | {
    readonly kind: "lower";
    /** The component's import. */
    readonly label: string;
    /** The WIT name. */
    readonly function: string;
    readonly memory?: CoreExport;
    readonly realloc?: CoreExport;
    /** It can be called when all core instances are made, and traps before. */
    readonly late?: true;
  }
  /** Dropping a handle of a resource of the host. */
  | {
    readonly kind: "drop";
    readonly label: string;
    readonly resource: string;
  }
  /** What the guest does with a resource of its own. */
  | {
    readonly kind: "own";
    readonly act: "new" | "rep" | "drop";
    /** The export that the resource belongs to. */
    readonly label: string;
    readonly resource: string;
  }
  /** Dropping a handle of a resource that no import gives the guest: it can have none. */
  | { readonly kind: "unreachable"; readonly resource: string };
