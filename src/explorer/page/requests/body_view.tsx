import { useMemo } from "preact/hooks";
import type { CapturedBody } from "../../api.ts";
import { decodeBase64 } from "../buckets/base64.ts";
import { ValueDisplay } from "../buckets/value_display.tsx";
import { formatByteSize } from "../ui/byte_size.ts";

/** What was kept of a body, as values of buckets are shown. */
export function BodyView({ body }: { readonly body: CapturedBody }) {
  const bytes = useMemo(() => decodeBase64(body.bytes), [body.bytes]);
  if (body.size === 0) {
    return (
      <p class="hint">
        {body.whole ? "None" : "The guest has read nothing of it"}
      </p>
    );
  }
  return (
    <>
      <p class="hint">{sizeOf(body, bytes.length)}</p>
      <ValueDisplay bytes={bytes} size={body.size} />
    </>
  );
}

function sizeOf({ size, whole }: CapturedBody, kept: number): string {
  if (whole) return formatByteSize(size);
  // Bytes come when the guest asks for them, and it need not ask for all.
  return kept < size
    ? `${formatByteSize(size)} were read, and not all was kept`
    : `${formatByteSize(size)} were read so far`;
}
