/**
 * `wasi:config/store`, the drafts that are in use: values that the project's configuration
 * gives the guest.
 *
 * @module
 */

import type { HostInterface } from "../../runtime/host_interface.ts";

/** Which draft has which name for the interface and for its error; they do the same. */
const DRAFTS = [
  { interface: "store", version: "0.2.0-rc.1", error: "error" },
  { interface: "store", version: "0.2.0-draft", error: "error" },
  // Spin's
  { interface: "store", version: "0.2.0-draft-2024-09-27", error: "error" },
  // what `store` was called before, in wasmCloud 1
  { interface: "runtime", version: "0.2.0-draft", error: "config-error" },
];

/**
 * Offers these values in every draft.
 *
 * @param values Key to value; `get-all` lists them in this order.
 */
export function makeConfigInterfaces(
  values: Readonly<Record<string, string>>,
): readonly HostInterface[] {
  const entries = Object.entries(values);
  const byKey = new Map(entries);
  const functions = {
    /** `get: func(key: string) -> result<option<string>, error>` */
    get: (key: string) => byKey.get(key),
    /** `get-all: func() -> result<list<tuple<string, string>>, error>` */
    getAll: () => entries,
  };
  return DRAFTS.map((draft) => ({
    name: `wasi:config/${draft.interface}`,
    version: draft.version,
    types: { [draft.error]: "variant { upstream(string), io(string) }" },
    functions: {
      "get": `func(key: string) -> result<option<string>, ${draft.error}>`,
      "get-all":
        `func() -> result<list<tuple<string, string>>, ${draft.error}>`,
    },
    waits: [],
    plain: "all",
    resources: {},
    imports: () => ({ ...functions }),
  }));
}
