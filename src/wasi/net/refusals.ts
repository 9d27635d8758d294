/**
 * Tells a developer what was refused, once for each target.
 *
 * @module
 */

/** Tells of a refusal, unless it was told before. */
export type RefusalLog = (
  target: string,
  state: string,
  remedy: string,
) => void;

/** How many targets are remembered: their names are the guest's. */
const MAX_TARGETS = 1000;

/** Makes a log of refusals that says each one once. */
export function makeRefusalLog(warn: (text: string) => void): RefusalLog {
  const told = new Set<string>();
  return (target, state, remedy) => {
    const text = `Cannot connect to ${JSON.stringify(target)}: ${state}; ` +
      `set ${remedy}`;
    if (told.has(text)) return;
    if (told.size === MAX_TARGETS) told.clear();
    told.add(text);
    warn(text);
  };
}
