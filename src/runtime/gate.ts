/**
 * The port of what orders the guests of all lanes where they share something outside.
 *
 * @module
 */

/** Many may follow at once, one alone may change. */
export interface Gate {
  /** Runs `task` when no change is under way. */
  follow<T>(task: () => Promise<T>): Promise<T>;
  /** Runs `task` alone. */
  change<T>(task: () => Promise<T>): Promise<T>;
}
