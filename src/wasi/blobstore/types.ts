/**
 * `wasi:blobstore/types@0.2.0-draft`: the values that objects are written from and read as.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { IncomingValue } from "./incoming_value.ts";
import type { OutgoingValue } from "./outgoing_value.ts";

/** What the interfaces of this package say of a container. */
export const CONTAINER_METADATA = "record { name: string, created-at: u64 }";

/** What they say of an object. */
export const OBJECT_METADATA =
  "record { name: string, container: string, created-at: u64, size: u64 }";

/** How they name an object. */
export const OBJECT_ID = "record { container: string, object: string }";

/** The interface, with the class of one store's outgoing values. */
export function makeTypesInterface(
  outgoingValue: typeof OutgoingValue,
): HostInterface {
  return {
    name: "wasi:blobstore/types",
    version: "0.2.0-draft",
    types: {
      "input-stream": "resource",
      "output-stream": "resource",
      "container-metadata": CONTAINER_METADATA,
      "object-metadata": OBJECT_METADATA,
      "object-id": OBJECT_ID,
      "outgoing-value": "resource",
      "incoming-value": "resource",
    },
    functions: {
      "[static]outgoing-value.new-outgoing-value": "func() -> outgoing-value",
      "[method]outgoing-value.outgoing-value-write-body":
        "func(self: borrow<outgoing-value>) -> result<output-stream>",
      "[static]outgoing-value.finish":
        "func(this: outgoing-value) -> result<_, string>",
      "[static]incoming-value.incoming-value-consume-sync":
        "func(this: incoming-value) -> result<list<u8>, string>",
      "[static]incoming-value.incoming-value-consume-async":
        "func(this: incoming-value) -> result<input-stream, string>",
      "[method]incoming-value.size":
        "func(self: borrow<incoming-value>) -> u64",
    },
    waits: [
      "[static]outgoing-value.finish",
      "[static]incoming-value.incoming-value-consume-sync",
    ],
    resources: {
      "input-stream": InputStream,
      "output-stream": OutputStream,
      "outgoing-value": outgoingValue,
      "incoming-value": IncomingValue,
    },
    calls: {
      "[static]outgoing-value.finish": { of: outgoingValue.described },
    },
    imports: () => ({}),
  };
}
