/** Every backend against one contract. A backend without a row here does not compile. */

import type { BackendName } from "../src/keyvalue/backends.ts";
import {
  type BucketFixture,
  type Lacks,
  testBucketContract,
} from "./contract/bucket_contract.ts";
import { fixtureByAtHand } from "./support/bucket_at_hand.ts";
import {
  openFilesystemFixture,
  openInMemoryFixture,
} from "./support/keyvalue_backends.ts";
import { openRedisFixture } from "./support/keyvalue_redis.ts";
import { redisMissing } from "./support/redis_server.ts";
import {
  openDenoKvFixture,
  openDenoKvInMemoryFixture,
} from "./support/keyvalue_deno_kv.ts";
import { natsRow } from "./support/keyvalue_nats.ts";
import { openSqliteFixture } from "./support/keyvalue_sqlite.ts";

/** How a backend is tested, or why it is not. */
type Row =
  | { readonly open: () => Promise<BucketFixture>; readonly lacks?: Lacks }
  | { readonly ignored: string };

const KV_EXPIRY = "Deno KV drops what has expired without a word";

const ROWS = {
  in_memory: {
    open: openInMemoryFixture,
    lacks: { durable: "memory ends with the process" },
  },
  filesystem: { open: () => openFilesystemFixture() },
  nats: natsRow(),
  redis: redisRow(),
  deno_kv: {
    open: openDenoKvFixture,
    lacks: { "watched expiry": KV_EXPIRY },
  },
} satisfies Record<BackendName, Row>;

/** The other ways to run a backend. */
const VARIANTS: Readonly<Record<string, Row>> = {
  "in_memory (at hand)": {
    open: () => fixtureByAtHand(openInMemoryFixture),
    lacks: { durable: "memory ends with the process" },
  },
  "filesystem (sqlite)": { open: () => openSqliteFixture() },
  "filesystem (sqlite, at hand)": {
    open: () => fixtureByAtHand(openSqliteFixture),
  },
  "deno_kv (memory)": {
    open: openDenoKvInMemoryFixture,
    lacks: {
      durable: "memory ends with the process",
      "watched expiry": KV_EXPIRY,
    },
  },
};

function redisRow(): Row {
  const missing = redisMissing();
  return missing === undefined
    ? { open: openRedisFixture }
    : { ignored: missing };
}

for (const [name, row] of Object.entries<Row>({ ...ROWS, ...VARIANTS })) {
  if ("open" in row) testBucketContract(name, row.open, row.lacks);
  else {Deno.test.ignore(
      `${name}: the contract (ignored: ${row.ignored})`,
      () => {},
    );}
}
