import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

/** A modal dialog, shown for as long as it is rendered. Escape closes it. */
export function Dialog(props: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
  readonly wide?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const title = useId();
  // In the same turn as the key that asked for it, so that what is typed next goes into it.
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    const field = document.activeElement;
    // What stands in a field already is gone on with.
    if (field instanceof HTMLInputElement && field.type === "text") {
      field.setSelectionRange(field.value.length, field.value.length);
    }
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={props.wide === true ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        <Button kind="quiet" label="Close" onClick={props.onClose}>×</Button>
      </header>
      {props.children}
    </dialog>
  );
}
