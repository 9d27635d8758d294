/**
 * What every backend answers, whatever it keeps its data in.
 *
 * Each case is a test of its own on a store of its own. A case that a store cannot take is
 * ignored, and its name says why.
 *
 * @module
 */

import type { Backend } from "../../src/keyvalue/store.ts";
import { ADMIN_CASES } from "../support/keyvalue_admin_cases.ts";
import { AWKWARD_CASES } from "../support/keyvalue_awkward_cases.ts";
import { BASIC_CASES } from "../support/keyvalue_basic_cases.ts";
import { COUNTER_CASES } from "../support/keyvalue_counter_cases.ts";
import { LISTING_CASES } from "../support/keyvalue_listing_cases.ts";
import { MODEL_CASES } from "../support/keyvalue_model_cases.ts";
import { SHARING_CASES } from "../support/keyvalue_sharing_cases.ts";
import { SWAP_CASES } from "../support/keyvalue_swap_cases.ts";
import { WATCH_CASES } from "../support/keyvalue_watch_cases.ts";

/** An empty store to test on; disposing removes it with all that was opened. */
export interface BucketFixture extends AsyncDisposable {
  readonly backend: Backend;
  /** Opens the same data once more, as a second process would. */
  again(): Promise<Backend>;
  /** Lets time pass for values with a time to live. */
  elapse(milliseconds: number): Promise<void>;
  /** The longest key or bucket name that reaches the store, where there is a limit on the way. */
  readonly longestName?: number;
}

/** What a case may need of a store beyond the port. */
export type Need =
  | "durable"
  | "expiry"
  | "16 MiB values"
  | "watched expiry"
  | "versions that outlive a drop";

/** What a store cannot do, each with the reason. */
export type Lacks = { readonly [need in Need]?: string };

/** One case of the contract. */
export interface BucketCase {
  /** The method and the criterion: `increment() counts every concurrent caller`. */
  readonly name: string;
  readonly needs?: Need;
  run(fixture: BucketFixture): Promise<void>;
}

const CASES: readonly BucketCase[] = [
  ...BASIC_CASES,
  ...COUNTER_CASES,
  ...SWAP_CASES,
  ...LISTING_CASES,
  ...AWKWARD_CASES,
  ...SHARING_CASES,
  ...MODEL_CASES,
  ...ADMIN_CASES,
  ...WATCH_CASES,
];

/** Registers the tests of one backend. */
export function testBucketContract(
  name: string,
  open: () => Promise<BucketFixture>,
  lacks: Lacks = {},
): void {
  for (const { name: criterion, needs, run } of CASES) {
    const reason = needs && lacks[needs];
    Deno.test({
      name: `${name}: ${criterion}${
        reason === undefined ? "" : ` (ignored: ${reason})`
      }`,
      ignore: reason !== undefined,
      async fn() {
        await using fixture = await open();
        await run(fixture);
      },
    });
  }
}
