/**
 * The resources that one instance of a guest holds, by handle.
 *
 * @module
 */

import type { ResourceClass } from "../host_interface.ts";

/** How many handles a guest may hold; one that needs more forgets to drop them. */
const MAX_HANDLES = 1 << 18;

/**
 * Hands out small integers for host objects. A handle that is given back is a number the
 * guest made up as far as the table is concerned: it is checked every time.
 */
export class HandleTable {
  // Index 0 is never a handle, so that a forgotten one is found out.
  readonly #entries: (object | undefined)[] = [undefined];
  readonly #free: number[] = [];
  /** Handles of what another guest owns, to be given back before the call returns. */
  readonly #borrowed = new Set<number>();

  /** How many handles the guest holds. */
  get size(): number {
    return this.#entries.length - 1 - this.#free.length;
  }

  /**
   * @throws {RangeError} The guest holds too many.
   */
  add(resource: object): number {
    if (this.size >= MAX_HANDLES) {
      throw new RangeError(
        `The guest holds ${MAX_HANDLES} handles, which is the most it may`,
      );
    }
    const handle = this.#free.pop() ?? this.#entries.length;
    this.#entries[handle] = resource;
    return handle;
  }

  /**
   * Adds a resource that stays its owner's.
   *
   * @throws {RangeError} The guest holds too many.
   */
  lend(resource: object): number {
    const handle = this.add(resource);
    this.#borrowed.add(handle);
    return handle;
  }

  /**
   * CanonicalABI.md, `exit_call`: what was lent for a call has to be back when it returns.
   *
   * @throws {TypeError} The guest kept one.
   */
  checkReturned(): void {
    if (this.#borrowed.size === 0) return;
    throw new TypeError(
      "The guest returned and kept a handle that was borrowed for the call",
    );
  }

  /**
   * @throws {TypeError} It is no handle, or one of another resource.
   */
  get(handle: number, resourceClass: ResourceClass): object {
    const resource = this.#entries[handle];
    if (!(resource instanceof resourceClass)) {
      throw invalidHandle(handle, resourceClass);
    }
    return resource;
  }

  /**
   * Takes a resource from the guest.
   *
   * @throws {TypeError} It is no handle, one of another resource, or only borrowed.
   */
  remove(handle: number, resourceClass: ResourceClass): object {
    const resource = this.get(handle, resourceClass);
    if (this.#borrowed.has(handle)) {
      throw new TypeError(
        `${handle} is a borrowed ${resourceClass.name}, which cannot be given away`,
      );
    }
    return this.#take(handle, resource);
  }

  /** The guest lets go of a handle; `undefined` where the resource stays its owner's. */
  release(handle: number, resourceClass: ResourceClass): object | undefined {
    const resource = this.get(handle, resourceClass);
    const isOwned = this.#borrowed.size === 0 ||
      !this.#borrowed.delete(handle);
    this.#take(handle, resource);
    return isOwned ? resource : undefined;
  }

  /** The same, and what it owned ends with it. */
  drop(handle: number, resourceClass: ResourceClass): void {
    const owned = this.release(handle, resourceClass);
    if (owned !== undefined) disposeOf(owned);
  }

  #take(handle: number, resource: object): object {
    this.#entries[handle] = undefined;
    this.#free.push(handle);
    return resource;
  }

  /** Lets go of everything the guest still holds. */
  clear(): void {
    for (const [index, resource] of this.#entries.splice(1).entries()) {
      if (resource !== undefined && !this.#borrowed.has(index + 1)) {
        disposeOf(resource);
      }
    }
    this.#borrowed.clear();
    this.#free.length = 0;
  }
}

function disposeOf(resource: object): void {
  if (Symbol.dispose in resource) (resource as Disposable)[Symbol.dispose]();
}

function invalidHandle(
  handle: number,
  resourceClass: ResourceClass,
): TypeError {
  return new TypeError(`${handle} is no handle of a ${resourceClass.name}`);
}
