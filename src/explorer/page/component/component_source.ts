/**
 * What is served and how it was built, read again at each build. Not with the requests: to tell
 * of a component can take the server a good part of a second.
 *
 * @module
 */

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { BuildRecord, ComponentReport } from "../../api.ts";
import { ApiProblem, wasAborted } from "../api_client.ts";
import type { Session } from "../session.ts";

/** What of a session is needed to follow the component. */
type ComponentSession = Pick<Session, "api" | "stream" | "on" | "fail">;

/** Follows the component while somebody looks. */
export class ComponentSource {
  readonly #session: ComponentSession;
  readonly #report = signal<ComponentReport | null | undefined>(undefined);
  readonly #builds = signal<readonly BuildRecord[] | undefined>(undefined);
  /** Counts readings, so that an answer that was overtaken is not taken for the newest. */
  #reading = 0;

  constructor(session: ComponentSession) {
    this.#session = session;
  }

  /** `null` while nothing is served; `undefined` until it is known. */
  get report(): ReadonlySignal<ComponentReport | null | undefined> {
    return this.#report;
  }

  /** The newest first; `undefined` until they are known. */
  get builds(): ReadonlySignal<readonly BuildRecord[] | undefined> {
    return this.#builds;
  }

  /** Follows until the signal aborts. */
  follow(signal: AbortSignal): void {
    const readAll = () => {
      void this.read(signal);
      void this.#readBuilds(signal);
    };
    this.#session.on("build", readAll, signal);
    const stop = effect(() => {
      if (this.#session.stream.value !== "lost") readAll();
    });
    signal.addEventListener("abort", stop, { once: true });
  }

  /** Reads what is served now. */
  async read(signal?: AbortSignal): Promise<void> {
    const reading = ++this.#reading;
    try {
      const report = await this.#session.api.get("component", {}, signal);
      if (reading === this.#reading) this.#report.value = report;
    } catch (error) {
      if (wasAborted(error) || reading !== this.#reading) return;
      if (error instanceof ApiProblem && error.code === "not-found") {
        this.#report.value = null;
        return;
      }
      this.#session.fail(error);
    }
  }

  /** Builds again. What comes of it is told by events. */
  async rebuild(): Promise<void> {
    try {
      await this.#session.api.call("POST rebuild");
    } catch (error) {
      this.#session.fail(error);
    }
  }

  async #readBuilds(signal: AbortSignal): Promise<void> {
    try {
      this.#builds.value = await this.#session.api.get("builds", {}, signal);
    } catch (error) {
      if (!wasAborted(error)) this.#session.fail(error);
    }
  }
}
