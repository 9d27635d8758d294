import assert from "node:assert/strict";
import { parseStat, treeOf, treeProcessor } from "./process_tree.ts";

Deno.test("parseStat() reads a process whose name has spaces and brackets", () => {
  const line =
    "4711 (a) b (c)) S 815 4711 4711 0 -1 4194560 905 0 0 0 150 25 7 3 20 0 9 0 12345 1 2";
  assert.deepEqual(parseStat(line), {
    pid: 4711,
    parent: 815,
    processor: 1.75,
  });
});

Deno.test({
  name: "treeProcessor() counts what a process below computes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command("sh", {
      // `read` holds it until its input ends.
      args: [
        "-c",
        "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo; read _",
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const tree = await treeOf(Deno.pid);
    const below = tree.find(({ pid }) => pid === child.pid);
    assert.equal(tree[0]?.pid, Deno.pid);
    assert.equal(below?.parent, Deno.pid);
    assert.ok(await treeProcessor(child.pid) >= 0.02);
    await child.stdin.close();
    await reader.cancel();
    await child.status;
  },
});
