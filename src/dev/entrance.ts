/**
 * Where clients come in. It can move to another address or be made of another server while
 * requests are in flight.
 *
 * @module
 */

import {
  type Address,
  type Config,
  formatAddress,
  isEveryAddress,
} from "../config/mod.ts";
import {
  type FrontDoor,
  ListenError,
  localUrl,
  type RequestHandler,
} from "../front/mod.ts";
import { type Log, logFault } from "../log.ts";
import { openProjectDoor } from "../front/project_door.ts";
import { settlesWithin } from "../runtime/settles_within.ts";

/** How long the system may take to give a port back, in milliseconds. */
const PORT_PATIENCE = 2000;

/** Milliseconds between two attempts to get it. */
const PORT_PAUSE = 10;

/** A front door that can be replaced. */
export class Entrance implements AsyncDisposable {
  readonly #log: Log;
  readonly #handle: RequestHandler;
  readonly #closing = new Set<Promise<void>>();
  #config: Config;
  #door: FrontDoor;
  /** Where the door is: one that is closed does not know it any more. */
  #place: Pick<FrontDoor, "address" | "scheme">;

  private constructor(
    config: Config,
    log: Log,
    { door, handle }: { door: FrontDoor; handle: RequestHandler },
  ) {
    this.#config = config;
    this.#log = log;
    this.#door = door;
    this.#place = { address: door.address, scheme: door.scheme };
    this.#handle = handle;
  }

  /**
   * Listens where the configuration says.
   *
   * @throws {ListenError} The address is taken or not this machine's, or the certificate is none.
   */
  static async open(
    config: Config,
    log: Log,
    handle: RequestHandler,
  ): Promise<Entrance> {
    const door = await openProjectDoor({ config, log, handle });
    return new Entrance(config, log, { door, handle });
  }

  /** Where a client on this machine comes in: `http://127.0.0.1:8000`. */
  get url(): string {
    return localUrl(this.#place);
  }

  /** Whether only this machine reaches it. */
  get isLocal(): boolean {
    return isLoopback(this.#place.address);
  }

  /** Whether it listens on every address of the machine. */
  get isEveryAddress(): boolean {
    return isEveryAddress(this.#place.address);
  }

  /**
   * Listens as another configuration says. At another address the new door is open before the
   * old one closes; the port of the old one is free for a new one only after it has closed, so
   * that a connection may be refused for a moment. What is in flight is finished either way.
   *
   * @throws {ListenError} It cannot; all is as it was.
   */
  async move(config: Config): Promise<void> {
    const before = this.#door;
    const isSamePlace = formatAddress(config.dev.address) ===
      formatAddress(this.#config.dev.address);
    if (!isSamePlace) {
      this.#enter(await this.#openDoor(config));
      this.#config = config;
      this.#close(before);
      return;
    }
    // What else could fail is tried while the old door is still open.
    if (config.dev.tls !== undefined) {
      const { loadCertificate } = await import("../front/certificate.ts");
      await loadCertificate(config.dev.tls);
    }
    // The port that was found stays: clients know it.
    const { port } = this.#place.address;
    this.#close(before);
    try {
      this.#enter(await this.#reopen(config, port));
      this.#config = config;
    } catch (error) {
      this.#enter(await this.#reopen(this.#config, port));
      throw error;
    }
  }

  /** Takes no more requests; resolves when those in flight are answered, uploads too. */
  async finish(): Promise<void> {
    await Promise.all([this.#door.finish(), ...this.#closing]);
  }

  /** Breaks off what is in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#door[Symbol.asyncDispose]();
  }

  #openDoor(config: Config): Promise<FrontDoor> {
    return openProjectDoor({ config, log: this.#log, handle: this.#handle });
  }

  #enter(door: FrontDoor): void {
    this.#door = door;
    this.#place = { address: door.address, scheme: door.scheme };
  }

  #close(door: FrontDoor): void {
    const closed: Promise<void> = door.shutdown()
      .catch((error) => logFault(this.#log, error))
      .then(() => void this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  async #reopen(config: Config, port: number): Promise<FrontDoor> {
    const { dev } = config;
    const here = {
      ...config,
      dev: { ...dev, address: { ...dev.address, port } },
    };
    const until = performance.now() + PORT_PATIENCE;
    for (;;) {
      try {
        return await this.#openDoor(here);
      } catch (error) {
        if (!(error instanceof ListenError) || performance.now() > until) {
          throw error;
        }
        await settlesWithin(new Promise(() => {}), PORT_PAUSE);
      }
    }
  }
}

/** Whether an address is one that only this machine reaches. */
export function isLoopback({ hostname }: Address): boolean {
  return /^127\./.test(hostname) || hostname === "::1" ||
    hostname === "localhost";
}
