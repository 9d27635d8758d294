/**
 * Tells a developer what was refused, once for each target.
 *
 * @module
 */

import { onceEach } from "../../runtime/once_each.ts";

/** Tells of a refusal, unless it was told before. */
export type RefusalLog = (
  target: string,
  state: string,
  remedy: string,
) => void;

/** Makes a log of refusals that says each one once. */
export function makeRefusalLog(warn: (text: string) => void): RefusalLog {
  const tell = onceEach(warn);
  return (target, state, remedy) =>
    tell(
      `Cannot connect to ${JSON.stringify(target)}: ${state}; set ${remedy}`,
    );
}
