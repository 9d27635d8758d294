/**
 * What an instance holds outside of its handles while it waits: a file that is opened for a guest
 * that is dropped meanwhile would never become a handle, and so never be closed.
 *
 * @module
 */

import type { InstanceContext } from "../../runtime/host_interface.ts";

/** Whether an instance is still there to be given something. */
export class Lifetime {
  #ended = false;

  constructor(instance: InstanceContext) {
    instance.onDrop(() => this.#ended = true);
  }

  /** Passes on what was opened for the instance; disposes it where no one will. */
  adopt<Resource extends Disposable>(resource: Resource): Resource {
    if (this.#ended) resource[Symbol.dispose]();
    return resource;
  }
}
