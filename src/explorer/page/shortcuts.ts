/**
 * Single keys that do something wherever nobody is typing. They can be switched off: who speaks
 * to the computer, or rests a hand on the keyboard, would set them off by chance. WCAG 2.1.4.
 *
 * @module
 */

/// <reference lib="dom" />

import { effect, type Signal, signal } from "@preact/signals";

/** The keys there are. */
export type Shortcut = "/" | "n" | "?";

const STORED_AS = "wharf-shortcuts";

/** Whether they are on, kept for the next visit. */
export function openShortcuts(): Signal<boolean> {
  const shortcuts = signal(!wereOff());
  effect(() => {
    try {
      localStorage.setItem(STORED_AS, shortcuts.value ? "on" : "off");
    } catch {
      // A browser that keeps nothing still obeys until the page is closed.
    }
  });
  return shortcuts;
}

function wereOff(): boolean {
  try {
    return localStorage.getItem(STORED_AS) === "off";
  } catch {
    return false;
  }
}

/** Whether a key that was pressed is meant as that shortcut. */
export function isShortcut(
  { shortcuts }: { readonly shortcuts: Signal<boolean> },
  event: KeyboardEvent,
  key: Shortcut,
): boolean {
  return event.key === key && shortcuts.peek() && !event.defaultPrevented &&
    !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event);
}

/** Whether a key that was pressed is for a field, or for a dialog that is open. */
export function isTyping({ target }: KeyboardEvent): boolean {
  return document.querySelector("dialog[open]") !== null ||
    target instanceof HTMLElement &&
      target.closest("input, textarea, select") !== null;
}
