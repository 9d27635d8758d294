import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/**
 * Copies a text. Browsers lend the clipboard only to pages of this machine or over TLS: elsewhere
 * the text is shown to be copied by hand.
 */
export function CopyButton(props: {
  readonly children: string;
  readonly text: () => string;
  readonly onCopied: () => void;
  readonly disabled?: boolean;
}) {
  const [byHand, setByHand] = useState<string | undefined>(undefined);
  async function copy(): Promise<void> {
    const text = props.text();
    try {
      await navigator.clipboard.writeText(text);
      props.onCopied();
    } catch {
      setByHand(text);
    }
  }
  return (
    <>
      <Button
        disabled={props.disabled === true}
        onClick={() => void copy()}
      >
        {props.children}
      </Button>
      {byHand !== undefined && (
        <Dialog
          title={props.children}
          wide
          onClose={() => setByHand(undefined)}
        >
          <SelectedText text={byHand} />
        </Dialog>
      )}
    </>
  );
}

function SelectedText({ text }: { readonly text: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.select(), [text]);
  return (
    <textarea
      ref={area}
      class="mono"
      aria-label="The text to copy"
      readOnly
      value={text}
    />
  );
}
