import { useMemo, useState } from "preact/hooks";
import type { CapturedBody } from "../../api.ts";
import { decodeBase64 } from "../buckets/base64.ts";
import { hexDump } from "../buckets/hex.ts";
import { Button } from "../ui/button.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { VisibleBlock } from "../ui/visible_block.tsx";
import { type BodyForm, formsOf } from "./body_forms.ts";

const LABELS: Readonly<Record<BodyForm, string>> = {
  json: "JSON",
  text: "Text",
  hex: "Hex",
};

/** How much is shown at first: a large body is a lot to lay out. */
const SHOWN = 8192;

/** What was kept of a body, in the form that says most, or another one. */
export function BodyView({ body }: { readonly body: CapturedBody }) {
  const bytes = useMemo(() => decodeBase64(body.bytes), [body.bytes]);
  const found = useMemo(() => formsOf(bytes, body.whole), [bytes, body.whole]);
  const [chosen, setChosen] = useState<BodyForm | undefined>(undefined);
  const [all, setAll] = useState(false);
  const form = found.forms.find((form) => form === chosen) ??
    found.forms[0] ?? "hex";
  const text = useMemo(() => {
    switch (form) {
      case "json":
        return found.json ?? "";
      case "text":
        return found.text ?? "";
      case "hex":
        return hexDump(bytes);
    }
  }, [form, found, bytes]);
  if (body.size === 0) return <p class="hint">None</p>;
  const shown = all ? text : text.slice(0, SHOWN);
  return (
    <>
      <div class="bar">
        <div class="buttons" role="group" aria-label="Show the body as">
          {found.forms.map((name) => (
            <Button
              key={name}
              pressed={name === form}
              onClick={() => setChosen(name)}
            >
              {LABELS[name]}
            </Button>
          ))}
        </div>
        <p class="hint">{sizeOf(body, bytes.length)}</p>
      </div>
      <pre class={`code-block ${form === "hex" ? "hex" : ""}`} tabIndex={0}>
        <VisibleBlock text={shown} />
      </pre>
      {shown.length < text.length && (
        <div class="more">
          <Button onClick={() => setAll(true)}>Show the rest</Button>
        </div>
      )}
    </>
  );
}

function sizeOf({ size, whole }: CapturedBody, kept: number): string {
  if (whole) return `${formatByteSize(size)}, whole`;
  return kept < size
    ? `${formatByteSize(size)}, of which the first ${
      formatByteSize(kept)
    } were kept`
    : `${formatByteSize(size)} so far`;
}
