/**
 * Short messages at the edge of the page, and what can still be done about what they tell.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";

/** A message. */
export interface Toast {
  readonly kind: "done" | "failure";
  readonly text: string;
  /** A button in it; pressing it takes the message away. */
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Milliseconds that it stays; failures stay until they are closed unless this is set. */
  readonly lasts?: number;
}

/** A message that is shown. */
export interface ShownToast extends Toast {
  readonly id: number;
}

/** How long a message stays that says that all went well. */
const USUAL_TIME = 5000;

/** How many are shown at once; the oldest make room. */
const MOST = 4;

/** The messages that are shown, the oldest first. */
export class Toasts {
  readonly #shown = signal<readonly ShownToast[]>([]);
  #lastId = 0;

  get shown(): ReadonlySignal<readonly ShownToast[]> {
    return this.#shown;
  }

  /** Shows a message and returns what it can be removed by. */
  add(toast: Toast): number {
    const id = ++this.#lastId;
    // A failure that repeats, as while the server is down, is told once.
    const others = this.#shown.value.filter((shown) =>
      shown.kind !== "failure" || shown.text !== toast.text
    );
    this.#shown.value = [...others, { ...toast, id }].slice(-MOST);
    const lasts = toast.lasts ??
      (toast.kind === "failure" ? undefined : USUAL_TIME);
    if (lasts !== undefined) setTimeout(() => this.remove(id), lasts);
    return id;
  }

  /** Takes a message away; one that is gone already is no error. */
  remove(id: number): void {
    this.#shown.value = this.#shown.value.filter((shown) => shown.id !== id);
  }
}
