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
   * @throws {TypeError} It is no handle, or one of another resource.
   */
  get(handle: number, resourceClass: ResourceClass): object {
    const resource = this.#entries[handle];
    if (!(resource instanceof resourceClass)) {
      throw invalidHandle(handle, resourceClass);
    }
    return resource;
  }

  /** Takes a resource from the guest. */
  remove(handle: number, resourceClass: ResourceClass): object {
    const resource = this.get(handle, resourceClass);
    this.#entries[handle] = undefined;
    this.#free.push(handle);
    return resource;
  }

  /** The guest lets go of a resource. */
  drop(handle: number, resourceClass: ResourceClass): void {
    disposeOf(this.remove(handle, resourceClass));
  }

  /** Lets go of everything the guest still holds. */
  clear(): void {
    for (const resource of this.#entries.splice(1)) {
      if (resource !== undefined) disposeOf(resource);
    }
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
