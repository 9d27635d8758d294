import assert from "node:assert/strict";
import { isExplorerPath } from "./explorer_path.ts";

const PATHS: readonly [url: string, isExplorer: boolean][] = [
  ["http://localhost:8000/_wharf", true],
  ["http://localhost:8000/_wharf/", true],
  ["http://localhost:8000/_wharf/api/status", true],
  ["http://localhost:8000/_wharf?token=a", true],
  ["http://localhost:8000/_wharf#a", true],
  ["https://[::1]:8000/_wharf/", true],
  ["http://a/_wharf/", true],
  ["http://_wharf/_wharf/", true],
  ["https://_wharf/_wharf", true],
  ["http://localhost:8000/_wharf/../secret", true],
  ["http://localhost:8000/", false],
  ["http://localhost:8000", false],
  ["http://localhost:8000/_wharfoo", false],
  ["http://localhost:8000/_wharf%2f", false],
  ["http://localhost:8000/_WHARF/", false],
  ["http://localhost:8000//_wharf/", false],
  ["http://localhost:8000/a/_wharf/", false],
  ["http://localhost:8000/?/_wharf/", false],
  ["http://_wharf/", false],
  ["https://_wharf/", false],
  ["", false],
];

for (const [url, isExplorer] of PATHS) {
  Deno.test(`isExplorerPath() is ${isExplorer} for ${JSON.stringify(url)}`, () => {
    assert.equal(isExplorerPath(url), isExplorer);
  });
}
