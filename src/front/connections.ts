import type { IdleWatch, Wait } from "./idle_watch.ts";

/** A connection, whatever it speaks. */
export interface Connection {
  /** Ends when what is in flight is answered; new requests are refused. */
  close(): void;
  /** Ends now. */
  destroy(): void;
}

interface Entry extends Wait {
  readonly connection: Connection;
  inFlight: number;
}

/** The connections of a door: which of them are idle, and whether any are left. */
export class Connections<Key extends object> {
  readonly #watch: IdleWatch;
  readonly #entries = new Map<Key, Entry>();
  readonly #onEmpty: (() => void)[] = [];
  #closing = false;

  /** @param watch Ends connections that are idle for too long, a head that is slow to come among it. */
  constructor(watch: IdleWatch) {
    this.#watch = watch;
  }

  /** Whether no more requests are wanted. */
  get closing(): boolean {
    return this.#closing;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(key: Key, connection: Connection): void {
    const entry = {
      connection,
      inFlight: 0,
      since: 0,
      expired: () => connection.destroy(),
    };
    this.#entries.set(key, entry);
    this.#watch.begin(entry);
    if (this.#closing) connection.close();
  }

  remove(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#watch.end(entry);
    if (this.#entries.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** A request has come. */
  begin(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.inFlight++ === 0) this.#watch.end(entry);
  }

  /** A request has been answered, or broken off. */
  end(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.inFlight > 0) return;
    this.#watch.begin(entry);
    if (this.#closing) entry.connection.close();
  }

  /** Closes what is idle, and the others as they become so. */
  close(): void {
    this.#closing = true;
    for (const { connection, inFlight } of [...this.#entries.values()]) {
      if (inFlight === 0) connection.close();
    }
  }

  destroy(): void {
    for (const { connection } of [...this.#entries.values()]) {
      connection.destroy();
    }
  }

  /** Resolves when there is none. */
  empty(): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
