/**
 * Stands in for the stores that a deployment does not use, whose code and packages it does not
 * carry. What leads to one of them is refused when the deployment is built.
 *
 * @module
 */

import { KeyValueError } from "../keyvalue/store.ts";

function refuse(): Promise<never> {
  return Promise.reject(
    new KeyValueError(
      "no-such-store",
      'Cannot open the store: this deployment was built without it; "deno task build" adds what the configuration names',
    ),
  );
}

export {
  refuse as openDenoKv,
  refuse as openFilesystem,
  refuse as openInMemory,
  refuse as openNats,
  refuse as openRedis,
  refuse as openSqlite,
};
