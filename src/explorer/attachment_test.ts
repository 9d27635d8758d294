import assert from "node:assert/strict";
import { attachment } from "./attachment.ts";

const NAMES: readonly [wanted: string, plain: string, encoded: string][] = [
  ["report.txt", "report.txt", "report.txt"],
  ["", "value", "value"],
  ["..", "value", "value"],
  ["../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"],
  [".profile", "profile", "profile"],
  ["C:\\a", "C__a", "C__a"],
  ['a"; filename="b', "a__ filename=_b", "a_%3B%20filename%3D_b"],
  ["a\r\nSet-Cookie: b", "a__Set-Cookie_ b", "a__Set-Cookie_%20b"],
  ["a\u202etxt.exe", "a_txt.exe", "a_txt.exe"],
  ["über", "_ber", "%C3%BCber"],
  ["it's (1)*", "it_s__1__", "it%27s%20%281%29_"],
  ["\u{1f600}".repeat(60), "_".repeat(100), "%F0%9F%98%80".repeat(50)],
];

for (const [wanted, plain, encoded] of NAMES) {
  Deno.test(`attachment() names a file after ${JSON.stringify(wanted.slice(0, 20))}`, () => {
    const shown = plain.replace(/[^\w.-]/g, "_");
    assert.equal(
      attachment(wanted),
      `attachment; filename="${shown}"; filename*=UTF-8''${encoded}`,
    );
  });
}

Deno.test("attachment() puts the ending behind a name that was cut", () => {
  assert.match(attachment("a".repeat(500), ".jsonl"), /"a{100}\.jsonl"/);
});
