/**
 * Resources that a guest makes, as the other guests and the host hold them.
 *
 * @module
 */

import type { GuestState } from "./guest_memory.ts";

/** Frees what a resource stands for: the guest's destructor. */
export type Destructor = (representation: number) => void | Promise<void>;

/**
 * A resource of a guest. What it is only its maker knows; everyone else hands it around. There
 * is a subclass for each resource of each component, so that no handle passes for another's.
 *
 * It has no `[Symbol.dispose]`: instances that can hold it end together, and then no destructor
 * has anything left to do.
 */
export class GuestResource {
  /** What its maker knows it by. */
  readonly representation: number;
  readonly #maker: GuestState;
  readonly #destructor: Destructor | undefined;

  constructor(
    maker: GuestState,
    representation: number,
    destructor: Destructor | undefined,
  ) {
    this.#maker = maker;
    this.representation = representation;
    this.#destructor = destructor;
  }

  /** Whether an instance made it. */
  isOf(state: GuestState): boolean {
    return this.#maker === state;
  }

  /** Its owner let go of it. */
  destroy(): void | Promise<void> {
    return this.#destructor?.(this.representation);
  }
}

/** A subclass of {@linkcode GuestResource}. */
export type GuestResourceClass = new (
  maker: GuestState,
  representation: number,
  destructor: Destructor | undefined,
) => GuestResource;

/** Makes the class of one resource of one component. */
export function guestResourceClass(name: string): GuestResourceClass {
  // Messages tell a resource by its class's name.
  return { [name]: class extends GuestResource {} }[name]!;
}
