import assert from "node:assert/strict";
import { ChangeMarks } from "./change_marks.ts";

Deno.test("a touch changes the count of its key, by whatever bucket of that name it is read", () => {
  const marks = new ChangeMarks();
  marks.touch("b", "before anyone reads");
  const { counts, placeOf } = marks.of("b", () => false);
  const place = placeOf("k")!;
  const count = counts[place];
  marks.touch("b", "k");
  assert.notEqual(counts[place], count);
  assert.equal(marks.of("b", () => false).counts, counts);
  assert.equal(marks.of("b", () => false).placeOf("k"), place);
});

Deno.test("keys are spread over many places", () => {
  const { placeOf } = new ChangeMarks().of("b", () => false);
  const places = Array.from(
    { length: 1000 },
    (_, index) => placeOf(`k${index}`),
  );
  assert.ok(new Set(places).size > 950);
});

Deno.test("a key whose value expires has no place", () => {
  const { placeOf } = new ChangeMarks().of("b", (key) => key === "mortal");
  assert.equal(placeOf("mortal"), undefined);
  assert.ok(placeOf("other") !== undefined);
});
