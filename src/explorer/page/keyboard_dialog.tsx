import type { Session } from "./session.ts";
import type { Shortcut } from "./shortcuts.ts";
import { Dialog } from "./ui/dialog.tsx";

const SHORTCUTS: Readonly<Record<Shortcut, string>> = {
  "/": "search the keys, or filter the requests",
  n: "make a key, in a bucket",
  "?": "show this",
};

const KEYS = [
  ["↑ ↓ Home End", "go through keys or requests, in their list"],
  ["Enter", "open the one that is marked"],
  ["Escape", "close what is open"],
  ["Ctrl Enter", "save, while a value is edited"],
] as const;

/** Tells what keys do, and switches the single ones off. */
export function KeyboardDialog({ session, onClose }: {
  readonly session: Session;
  readonly onClose: () => void;
}) {
  const { shortcuts } = session;
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <div class="form">
        <dl class="facts key-facts">
          {shortcuts.value && Object.entries(SHORTCUTS).map(Row)}
          {KEYS.map(Row)}
        </dl>
        <label class="choice">
          <input
            type="checkbox"
            checked={shortcuts.value}
            onChange={(event) => shortcuts.value = event.currentTarget.checked}
          />
          Single keys are shortcuts
        </label>
      </div>
    </Dialog>
  );
}

function Row([keys, does]: readonly [keys: string, does: string]) {
  return (
    <div key={keys}>
      <dt>
        {keys.split(" ").map((key) => (
          <>
            <kbd>{key}</kbd>
            {" "}
          </>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
