/**
 * A cache for names that a guest chooses: neither their number nor their length may grow
 * without end.
 *
 * @module
 */

/** A longer name is not kept: whoever asks for it pays for it again. */
const LONGEST_NAME = 1024;

/** At most `capacity` values by name; the one that was read or written longest ago makes room. */
export class BoundedCache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;
  /** The name that was read or written last: it need not be moved to the end again. */
  #youngest: string | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value, which becomes the youngest. */
  get(name: string): Value | undefined {
    const value = this.#values.get(name);
    if (value !== undefined && name !== this.#youngest) {
      this.#values.delete(name);
      this.#values.set(name, value);
      this.#youngest = name;
    }
    return value;
  }

  /** Sets the value; where there are too many, the oldest goes. */
  set(name: string, value: Value): void {
    if (name.length > LONGEST_NAME) return;
    this.#values.delete(name);
    this.#values.set(name, value);
    this.#youngest = name;
    if (this.#values.size <= this.#capacity) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  /** Forgets the value if it is still this one: a later one under the same name stays. */
  forget(name: string, value: Value): void {
    if (this.#values.get(name) === value) this.#values.delete(name);
  }

  /** Forgets everything. */
  clear(): void {
    this.#values.clear();
  }
}
