import { useEffect, useMemo, useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { hexDump } from "./hex.ts";
import { type ImageType, kindOfValue, textOf } from "./value_kind.ts";

/** A value to be shown: all of it, or its beginning. */
export interface ShownBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole value. */
  readonly size: number;
}

/** What a value can be looked at as. */
type Look = "JSON" | "Text" | "Image" | "Hex";

/** A value as what it seems to be, or as what one wants to see. */
export function ValueDisplay(
  { bytes, size, loadWhole }: ShownBytes & {
    /** Fetches what is not shown; an image needs all of its bytes. */
    readonly loadWhole?: () => Promise<Uint8Array<ArrayBuffer>>;
  },
) {
  const whole = bytes.length === size;
  const guess = useMemo(() => kindOfValue(bytes, whole), [bytes, whole]);
  const text = useMemo(() => textOf(bytes, whole), [bytes, whole]);
  const looks: Look[] = [];
  if (guess.kind === "json") looks.push("JSON");
  if (guess.kind === "image") looks.push("Image");
  if (text !== undefined) looks.push("Text");
  looks.push("Hex");
  const [wanted, setWanted] = useState<Look>();
  const look = wanted !== undefined && looks.includes(wanted)
    ? wanted
    : looks[0];
  return (
    <div class="value-display">
      <div class="buttons" role="group" aria-label="Show as">
        {looks.map((one) => (
          <Button
            key={one}
            pressed={one === look}
            onClick={() => setWanted(one)}
          >
            {one}
          </Button>
        ))}
      </div>
      {!whole && look !== "Image" && (
        <p class="hint">
          The first {formatByteSize(bytes.length)} of {formatByteSize(size)}
        </p>
      )}
      {look === "JSON" && guess.kind === "json" && (
        <Block
          text={guess.pretty}
        />
      )}
      {look === "Text" && <Block text={text ?? ""} />}
      {look === "Hex" && <Block text={hexDump(bytes)} isTable />}
      {look === "Image" && guess.kind === "image" && (
        <ImageOf
          type={guess.type}
          bytes={bytes}
          size={size}
          {...(loadWhole !== undefined && { loadWhole })}
        />
      )}
    </div>
  );
}

function Block(
  { text, isTable }: { readonly text: string; readonly isTable?: boolean },
) {
  if (text === "") return <p class="empty-text">(no bytes)</p>;
  // A region that scrolls has to be reached by the keyboard.
  return (
    <pre
      class={isTable === true ? "code-block code-table" : "code-block"}
      tabIndex={0}
      dir={isTable === true ? "ltr" : "auto"}
    >
      {text}
    </pre>
  );
}

/** Images beyond this are for downloading. */
const LARGEST_IMAGE = 16 * 1024 * 1024;

function ImageOf(
  { type, bytes, size, loadWhole }: ShownBytes & {
    readonly type: ImageType;
    readonly loadWhole?: () => Promise<Uint8Array<ArrayBuffer>>;
  },
) {
  const [source, setSource] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    let isWanted = true;
    setSource(undefined);
    setBroken(false);
    if (size > LARGEST_IMAGE) return;
    const all = bytes.length === size || loadWhole === undefined
      ? Promise.resolve(bytes)
      : loadWhole();
    all.then(async (image) => {
      const url = await dataUrl(image, type);
      if (isWanted) setSource(url);
    }).catch(() => setBroken(true));
    return () => {
      isWanted = false;
    };
  }, [bytes, type]);
  if (size > LARGEST_IMAGE) {
    return <p class="hint">The image is too large to be shown; download it.</p>;
  }
  if (isBroken) return <p class="hint">The image cannot be shown.</p>;
  return (
    <div class="image-frame">
      {source !== undefined && (
        <img
          src={source}
          alt="The value as an image"
          onError={() => setBroken(true)}
        />
      )}
    </div>
  );
}

/**
 * As `data:`, whose origin is nobody's: an SVG that is opened from there on its own can run
 * no script in the name of this page. In an `<img>` it runs none at all.
 */
function dataUrl(
  bytes: Uint8Array<ArrayBuffer>,
  type: ImageType,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes], { type }));
  });
}
