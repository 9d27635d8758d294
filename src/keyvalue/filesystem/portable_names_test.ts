import { testBucketContract } from "../../../tests/contract/bucket_contract.ts";
import { openFilesystemFixture } from "../../../tests/support/keyvalue_backends.ts";

// The names that macOS and Windows get hold on every file system, so the contract can be asked of them here.
testBucketContract(
  "filesystem as on macOS and Windows",
  () => openFilesystemFixture({ names: "portable", longest: 140 }),
);
