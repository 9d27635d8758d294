import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { outline } from "./_outline.ts";
import { fileSource } from "./document.ts";
import { readToml } from "./toml_document.ts";

async function read(text: string): Promise<string[]> {
  return outline(await readToml(fileSource(text, "c.toml")));
}

Deno.test("readToml() gives keys and values of tables their places", async () => {
  deepStrictEqual(
    await read(
      'version = "2" # [x]\n[build]\ncommand = """\nmake "all"\n""""\n' +
        "[ build . env ]\n\"A B\" = 'x=[y]'\ndotted.key = 1\n",
    ),
    [
      "1:1  map",
      '1:11 .version@1:1 = "2"',
      "2:2 .build@2:2 map",
      '3:11 .build@2:2.command@3:1 = "make \\"all\\"\\n\\""',
      "6:11 .build@2:2.env@6:11 map",
      '7:9 .build@2:2.env@6:11.A B@7:1 = "x=[y]"',
      "8:1 .build@2:2.env@6:11.dotted@8:1 map",
      "8:14 .build@2:2.env@6:11.dotted@8:1.key@8:8 = 1",
    ],
  );
});

Deno.test("readToml() gives items of lists and inline tables their places", async () => {
  deepStrictEqual(
    await read(
      "[dev]\nlist = [ # c ]\n  'a', [1,\n 2],\n]\n" +
        "[[dev.volumes]]\nhost_path = '/a'\n[[dev.volumes]]\nhost_path = '/b'\n" +
        'x = {a = "}", b = {c = true}}\nday = 1979-05-27\n',
    ),
    [
      "1:1  map",
      "1:2 .dev@1:2 map",
      "2:8 .dev@1:2.list@2:1 list",
      '3:3 .dev@1:2.list@2:1[0] = "a"',
      "3:8 .dev@1:2.list@2:1[1] list",
      "3:9 .dev@1:2.list@2:1[1][0] = 1",
      "4:2 .dev@1:2.list@2:1[1][1] = 2",
      "6:7 .dev@1:2.volumes@6:7 list",
      "6:7 .dev@1:2.volumes@6:7[0] map",
      '7:13 .dev@1:2.volumes@6:7[0].host_path@7:1 = "/a"',
      "8:7 .dev@1:2.volumes@6:7[1] map",
      '9:13 .dev@1:2.volumes@6:7[1].host_path@9:1 = "/b"',
      "10:5 .dev@1:2.volumes@6:7[1].x@10:1 map",
      '10:10 .dev@1:2.volumes@6:7[1].x@10:1.a@10:6 = "}"',
      "10:19 .dev@1:2.volumes@6:7[1].x@10:1.b@10:15 map",
      "10:24 .dev@1:2.volumes@6:7[1].x@10:1.b@10:15.c@10:20 = true",
      "11:7 .dev@1:2.volumes@6:7[1].day@11:1 = 1979-05-27",
    ],
  );
});

Deno.test("readToml() places keys with escapes and hostile names", async () => {
  deepStrictEqual(
    await read('"a\\u0062\\n" = 1\n__proto__ = 2\nconstructor.x = 3\n'),
    [
      "1:1  map",
      "1:15 .ab\n@1:1 = 1",
      "2:13 .__proto__@2:1 = 2",
      "3:1 .constructor@3:1 map",
      "3:17 .constructor@3:1.x@3:13 = 3",
    ],
  );
});

Deno.test("readToml() places syntax errors and repeats no text of the file", async () => {
  const rows = [
    [
      "a = 1\na = 2\n",
      "2:1: not valid TOML: trying to redefine an already defined table or value",
    ],
    [
      "a = 'hunter2\n",
      "1:13: not valid TOML: control characters are not allowed in strings",
    ],
    ["a = hunter2\n", "1:5: not valid TOML: invalid value"],
    [
      "a\n",
      "1:2: not valid TOML: illegal character in key",
    ],
  ] as const;
  for (const [text, expected] of rows) {
    const [first] = await read(text);
    strictEqual(first, `c.toml:${expected}`);
  }
});

Deno.test("readToml() refuses deep nesting", async () => {
  deepStrictEqual(await read(`a = ${"[".repeat(100_000)}`), [
    "c.toml:1:37: not valid TOML: document contains excessively nested structures. aborting.",
  ]);
  deepStrictEqual(await read("a.".repeat(50_000) + "a = 1"), [
    "c.toml:1:100005: nested deeper than 32 levels",
  ]);
});

Deno.test("readToml() finds an empty map in an empty file", async () => {
  deepStrictEqual(await read("# c\n"), ["1:1  map"]);
});
