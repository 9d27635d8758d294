/**
 * The port of the room `blobstore`: where objects are kept. An object is bytes under a name in a
 * container; once it is there its bytes never change, another one takes its place. The room knows
 * neither WIT nor guests.
 *
 * @module
 */

/** Why a store cannot do what it is asked. */
export type BlobErrorCode =
  | "no-such-container"
  | "container-exists"
  | "no-such-object"
  | "bad-name"
  | "access-denied"
  | "other";

/** A failure that the guest is told of. Anything else that is thrown is a fault of the host. */
export class BlobError extends Error {
  /** `BlobError`. */
  override readonly name = "BlobError";

  /**
   * An error with its message made.
   *
   * @param code What kind of failure it is.
   * @param message What the guest is told; names nothing of the host.
   */
  constructor(
    readonly code: BlobErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Where an object is. Both names are any text. */
export interface ObjectId {
  /** The container's name. */
  readonly container: string;
  /** The object's name in it. */
  readonly object: string;
}

/** What is known of a container. */
export interface ContainerInfo {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What is known of an object. */
export interface ObjectInfo {
  /** When these bytes were put there, in milliseconds since 1970. */
  readonly createdAt: number;
  /** How many bytes it has. */
  readonly size: number;
}

/** An object that is open. MUST keep its bytes though the object is replaced or deleted. */
export interface BlobReader {
  /** How many bytes the object has. */
  readonly size: number;
  /** Up to `length` bytes from an offset; MUST be empty only at the end. One call at a time. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Lets go of it, possibly while a call has not answered. */
  close(): void;
}

/** An object in the making. No one sees it before {@linkcode BlobDraft.commit}. */
export interface BlobDraft {
  /** Puts bytes behind those before. MUST keep none of a stored object's size in memory where it has a disk. One call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes it the object of that name, whole and at once, in place of one before. Called once. */
  commit(id: ObjectId): Promise<void>;
  /** Forgets it; after {@linkcode BlobDraft.commit} nothing is left to forget. */
  discard(): Promise<void>;
}

/**
 * A store of objects. Every method rejects with {@linkcode BlobError} for what the guest is to be
 * told: an unknown container is `no-such-container`.
 */
export interface BlobStore {
  /** Makes an empty container; one that is there is `container-exists`. */
  createContainer(container: string): Promise<void>;
  /** What is known of a container; `undefined` when there is none. */
  containerInfo(container: string): Promise<ContainerInfo | undefined>;
  /** Deletes a container and all in it; none is no failure. */
  deleteContainer(container: string): Promise<void>;
  /** Deletes all objects of a container. */
  clear(container: string): Promise<void>;
  /** The names of a container's objects, in no order; each that stays there all the time is named once. */
  list(container: string): AsyncIterable<string>;
  /** What is known of an object; `undefined` when there is none. */
  objectInfo(id: ObjectId): Promise<ObjectInfo | undefined>;
  /** Opens an object; none is `no-such-object`. */
  open(id: ObjectId): Promise<BlobReader>;
  /** Begins an object. Costs nothing until something is written. */
  draft(): BlobDraft;
  /** Deletes an object; none is no failure. */
  delete(id: ObjectId): Promise<void>;
  /** Puts the same bytes under another name, in place of what is there. */
  copy(from: ObjectId, to: ObjectId): Promise<void>;
  /** Gives an object another name, in place of what is there. */
  move(from: ObjectId, to: ObjectId): Promise<void>;
}

/** The error for a container that is not there. */
export function noSuchContainer(container: string): BlobError {
  return new BlobError(
    "no-such-container",
    `Cannot find the container ${JSON.stringify(container)}: ` +
      "there is none of that name; create it first",
  );
}

/** The error for an object that is not there. */
export function noSuchObject({ container, object }: ObjectId): BlobError {
  return new BlobError(
    "no-such-object",
    `Cannot find the object ${JSON.stringify(object)}: ` +
      `the container ${JSON.stringify(container)} has none of that name`,
  );
}

/** The error for a container that is there already. */
export function containerExists(container: string): BlobError {
  return new BlobError(
    "container-exists",
    `Cannot create the container ${JSON.stringify(container)}: ` +
      "there is one of that name; get it instead",
  );
}
