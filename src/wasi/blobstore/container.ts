/**
 * `wasi:blobstore/container@0.2.0-draft`: the objects of a container.
 *
 * @module
 */

import type { BlobStore } from "../../blobstore/store.ts";
import { noSuchContainer, noSuchObject } from "../../blobstore/store.ts";
import type {
  CallDescription,
  HostInterface,
} from "../../runtime/host_interface.ts";
import type { Lifetime } from "../io/lifetime.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { IncomingValue, rangeOf } from "./incoming_value.ts";
import type { OutgoingValue } from "./outgoing_value.ts";
import { answering, timestamp } from "./refusal.ts";
import { StreamObjectNames } from "./stream_object_names.ts";
import { CONTAINER_METADATA, OBJECT_METADATA } from "./types.ts";

/** `record container-metadata` */
export interface ContainerMetadata {
  readonly name: string;
  readonly createdAt: bigint;
}

/** `record object-metadata` */
export interface ObjectMetadata extends ContainerMetadata {
  readonly container: string;
  readonly size: bigint;
}

/** What a {@linkcode Container} stands on. */
export interface ContainerPlace {
  readonly store: BlobStore;
  readonly lifetime: Lifetime;
}

/** `resource container`. The container may be deleted while a guest holds it; then calls are refused. */
export class Container {
  readonly #container: string;
  readonly #store: BlobStore;
  readonly #lifetime: Lifetime;

  constructor(name: string, { store, lifetime }: ContainerPlace) {
    this.#container = name;
    this.#store = store;
    this.#lifetime = lifetime;
  }

  /** `name: func() -> result<string, error>` */
  name(): string {
    return this.#container;
  }

  /** `info: func() -> result<container-metadata, error>` */
  async info(): Promise<ContainerMetadata> {
    const { createdAt } = await this.#info();
    return { name: this.#container, createdAt: timestamp(createdAt) };
  }

  /** `get-data: func(name: object-name, start: u64, end: u64) -> result<incoming-value, error>` */
  async getData(
    object: string,
    start: bigint,
    end: bigint,
  ): Promise<IncomingValue> {
    const id = this.#id(object);
    const reader = await answering(() => this.#store.open(id));
    try {
      const range = rangeOf(start, end, reader.size);
      return this.#lifetime.adopt(new IncomingValue(reader, range));
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** `write-data: func(name: object-name, data: borrow<outgoing-value>) -> result<_, error>` */
  async writeData(object: string, data: OutgoingValue): Promise<void> {
    const id = this.#id(object);
    // Now, while the guest can still tell what it is about.
    await this.#info();
    data.assign(id);
  }

  /** `list-objects: func() -> result<stream-object-names, error>` */
  async listObjects(): Promise<StreamObjectNames> {
    await this.#info();
    return new StreamObjectNames(this.#store.list(this.#container));
  }

  /** `delete-object: func(name: object-name) -> result<_, error>` */
  deleteObject(object: string): Promise<void> {
    const id = this.#id(object);
    return answering(() => this.#store.delete(id));
  }

  /** `delete-objects: func(names: list<object-name>) -> result<_, error>` */
  async deleteObjects(objects: readonly string[]): Promise<void> {
    for (const object of objects) await this.deleteObject(object);
  }

  /** `has-object: func(name: object-name) -> result<bool, error>` */
  async hasObject(object: string): Promise<boolean> {
    const id = this.#id(object);
    return await answering(() => this.#store.objectInfo(id)) !== undefined;
  }

  /** `object-info: func(name: object-name) -> result<object-metadata, error>` */
  objectInfo(object: string): Promise<ObjectMetadata> {
    const id = this.#id(object);
    return answering(async () => {
      const info = await this.#store.objectInfo(id);
      if (info === undefined) throw noSuchObject(id);
      return {
        name: object,
        container: id.container,
        createdAt: timestamp(info.createdAt),
        size: BigInt(info.size),
      };
    });
  }

  /** `clear: func() -> result<_, error>` */
  clear(): Promise<void> {
    const container = this.#container;
    return answering(() => this.#store.clear(container));
  }

  #id(object: string) {
    return { container: this.#container, object };
  }

  #info() {
    const container = this.#container;
    return answering(async () => {
      const info = await this.#store.containerInfo(container);
      if (info === undefined) throw noSuchContainer(container);
      return info;
    });
  }
}

const OF_CONTAINER: CallDescription = {
  of: (container: Container) => ({ target: container.name() }),
};

const OF_OBJECT: CallDescription = {
  of: (container: Container, object: string) => ({
    target: container.name(),
    subject: object,
  }),
};

const SELF = "self: borrow<container>";
const NAMES = "self: borrow<stream-object-names>";

/** The interface, with the class of one store's outgoing values. */
export function makeContainerInterface(
  outgoingValue: typeof OutgoingValue,
): HostInterface {
  return {
    name: "wasi:blobstore/container",
    version: "0.2.0-draft",
    types: {
      "input-stream": "resource",
      "output-stream": "resource",
      "container-metadata": CONTAINER_METADATA,
      "object-metadata": OBJECT_METADATA,
      "incoming-value": "resource",
      "outgoing-value": "resource",
      "container": "resource",
      "stream-object-names": "resource",
    },
    functions: {
      "[method]container.name": `func(${SELF}) -> result<string, string>`,
      "[method]container.info":
        `func(${SELF}) -> result<container-metadata, string>`,
      "[method]container.get-data":
        `func(${SELF}, name: string, start: u64, end: u64) -> result<incoming-value, string>`,
      "[method]container.write-data":
        `func(${SELF}, name: string, data: borrow<outgoing-value>) -> result<_, string>`,
      "[method]container.list-objects":
        `func(${SELF}) -> result<stream-object-names, string>`,
      "[method]container.delete-object":
        `func(${SELF}, name: string) -> result<_, string>`,
      "[method]container.delete-objects":
        `func(${SELF}, names: list<string>) -> result<_, string>`,
      "[method]container.has-object":
        `func(${SELF}, name: string) -> result<bool, string>`,
      "[method]container.object-info":
        `func(${SELF}, name: string) -> result<object-metadata, string>`,
      "[method]container.clear": `func(${SELF}) -> result<_, string>`,
      "[method]stream-object-names.read-stream-object-names":
        `func(${NAMES}, len: u64) -> result<tuple<list<string>, bool>, string>`,
      "[method]stream-object-names.skip-stream-object-names":
        `func(${NAMES}, num: u64) -> result<tuple<u64, bool>, string>`,
    },
    waits: [
      "[method]container.info",
      "[method]container.get-data",
      "[method]container.write-data",
      "[method]container.list-objects",
      "[method]container.delete-object",
      "[method]container.delete-objects",
      "[method]container.has-object",
      "[method]container.object-info",
      "[method]container.clear",
      "[method]stream-object-names.read-stream-object-names",
      "[method]stream-object-names.skip-stream-object-names",
    ],
    resources: {
      "input-stream": InputStream,
      "output-stream": OutputStream,
      "incoming-value": IncomingValue,
      "outgoing-value": outgoingValue,
      "container": Container,
      "stream-object-names": StreamObjectNames,
    },
    calls: {
      "[method]container.info": OF_CONTAINER,
      "[method]container.get-data": OF_OBJECT,
      "[method]container.write-data": OF_OBJECT,
      "[method]container.list-objects": OF_CONTAINER,
      "[method]container.delete-object": OF_OBJECT,
      "[method]container.delete-objects": {
        of: (container: Container, objects: readonly string[]) => ({
          target: container.name(),
          subject: `${objects.length} objects`,
        }),
      },
      "[method]container.has-object": OF_OBJECT,
      "[method]container.object-info": OF_OBJECT,
      "[method]container.clear": OF_CONTAINER,
    },
    imports: () => ({}),
  };
}
