/**
 * All of this room that needs `node:fs`, which is loaded when a project has volumes: it would
 * add 100 ms to every other start.
 *
 * @module
 */

export { Directory } from "./directory.ts";
export { metadataHash } from "./metadata_hash.ts";
export { openAt } from "./open_at.ts";
