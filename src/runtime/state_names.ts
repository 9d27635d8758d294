/**
 * What a core module whose state can be put back exports beside its own exports. `src/transpile`
 * adds them where it can tell that they are all of the state that the module has.
 *
 * @module
 */

/** What the names of the added exports begin with; each is a memory or a global. */
export const STATE_EXPORT_PREFIX = "wharf:state:";
