/**
 * `wasi:blobstore/blobstore@0.2.0-draft`: the containers of a store.
 *
 * @module
 */

import {
  type BlobStore,
  noSuchContainer,
  type ObjectId,
} from "../../blobstore/store.ts";
import type {
  CallDescription,
  HostInterface,
  InstanceContext,
} from "../../runtime/host_interface.ts";
import { Lifetime } from "../io/lifetime.ts";
import { Container, makeContainerInterface } from "./container.ts";
import { outgoingValueOf } from "./outgoing_value.ts";
import { answering } from "./refusal.ts";
import { makeTypesInterface, OBJECT_ID } from "./types.ts";

/** The three interfaces of the package, on one store. */
export function makeBlobstoreInterfaces(
  store: BlobStore,
): readonly HostInterface[] {
  const outgoingValue = outgoingValueOf(store);
  return [
    makeTypesInterface(outgoingValue),
    makeContainerInterface(outgoingValue),
    makeInterface(store),
  ];
}

const OF_CONTAINER: CallDescription = {
  of: (name: string) => ({ target: name }),
};

const OF_OBJECTS: CallDescription = {
  of: (from: ObjectId, to: ObjectId) => ({
    target: from.container,
    subject: `${from.object} to ${to.container}/${to.object}`,
  }),
};

function makeInterface(store: BlobStore): HostInterface {
  return {
    name: "wasi:blobstore/blobstore",
    version: "0.2.0-draft",
    types: { "container": "resource", "object-id": OBJECT_ID },
    functions: {
      "create-container": "func(name: string) -> result<container, string>",
      "get-container": "func(name: string) -> result<container, string>",
      "delete-container": "func(name: string) -> result<_, string>",
      "container-exists": "func(name: string) -> result<bool, string>",
      "copy-object":
        "func(src: object-id, dest: object-id) -> result<_, string>",
      "move-object":
        "func(src: object-id, dest: object-id) -> result<_, string>",
    },
    waits: [
      "create-container",
      "get-container",
      "delete-container",
      "container-exists",
      "copy-object",
      "move-object",
    ],
    resources: { "container": Container },
    calls: {
      "create-container": OF_CONTAINER,
      "get-container": OF_CONTAINER,
      "delete-container": OF_CONTAINER,
      "container-exists": OF_CONTAINER,
      "copy-object": OF_OBJECTS,
      "move-object": OF_OBJECTS,
    },
    imports: (instance) => functionsOf(store, instance),
  };
}

function functionsOf(store: BlobStore, instance: InstanceContext) {
  const place = { store, lifetime: new Lifetime(instance) };
  return {
    /** `create-container: func(name: container-name) -> result<container, error>` */
    createContainer: (name: string) =>
      answering(async () => {
        await store.createContainer(name);
        return new Container(name, place);
      }),
    /** `get-container: func(name: container-name) -> result<container, error>` */
    getContainer: (name: string) =>
      answering(async () => {
        if (await store.containerInfo(name) === undefined) {
          throw noSuchContainer(name);
        }
        return new Container(name, place);
      }),
    /** `delete-container: func(name: container-name) -> result<_, error>` */
    deleteContainer: (name: string) =>
      answering(() => store.deleteContainer(name)),
    /** `container-exists: func(name: container-name) -> result<bool, error>` */
    containerExists: (name: string) =>
      answering(async () => await store.containerInfo(name) !== undefined),
    /** `copy-object: func(src: object-id, dest: object-id) -> result<_, error>` */
    copyObject: (from: ObjectId, to: ObjectId) =>
      answering(() => store.copy(from, to)),
    /** `move-object: func(src: object-id, dest: object-id) -> result<_, error>` */
    moveObject: (from: ObjectId, to: ObjectId) =>
      answering(() => store.move(from, to)),
  };
}
