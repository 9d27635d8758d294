/**
 * Looks names up for a connection and lets only those addresses through that a policy allows:
 * what was checked is what is connected to, whatever DNS says a moment later.
 *
 * @module
 */

import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import type { EgressPolicy, Verdict } from "./egress.ts";

/** How a checked lookup ends other than by addresses. */
export interface LookupEvents {
  /** The policy allows none of the addresses. */
  refused(address: string, verdict: Verdict & { allowed: false }): Error;
  /** The name has been looked up, or could not be. */
  done(): void;
}

/** Finds all addresses of a name. */
export type LookupAll = (hostname: string) => Promise<readonly LookupAddress[]>;

/** A `lookup` for `node:net`, made for one connection. */
export function checkedLookup(
  lookupAll: LookupAll,
  policy: EgressPolicy,
  port: number,
  events: LookupEvents,
): LookupFunction {
  return (hostname, options, callback) => {
    lookupAll(hostname).then((found) => {
      events.done();
      let refused: Error | undefined;
      const allowed = found.filter(({ address }) => {
        const verdict = policy.address({
          address,
          port,
          protocol: "tcp",
          name: hostname,
        });
        if (!verdict.allowed) refused ??= events.refused(address, verdict);
        return verdict.allowed;
      });
      const [first] = allowed;
      if (first === undefined) {
        callback(refused ?? notFound(hostname), "", 0);
      } else if (options.all) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    }, (error) => {
      events.done();
      callback(error, "", 0);
    });
  };
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`${hostname} has no address`), {
    code: "ENOTFOUND",
  });
}
