/**
 * Light or dark: what the system says, unless somebody has chosen.
 *
 * @module
 */

/// <reference lib="dom" />

import { effect, type Signal, signal } from "@preact/signals";

/** What can be chosen. */
export type Theme = "system" | "light" | "dark";

const STORED_AS = "wharf-theme";

/** The theme, applied to the document and kept for the next visit. */
export function openTheme(): Signal<Theme> {
  const theme = signal<Theme>(storedTheme());
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    try {
      localStorage.setItem(STORED_AS, theme.value);
    } catch {
      // A browser that keeps nothing still shows the page.
    }
  });
  return theme;
}

/** The theme behind one, so that a single button reaches all. */
export function themeAfter(theme: Theme): Theme {
  switch (theme) {
    case "system":
      return "light";
    case "light":
      return "dark";
    case "dark":
      return "system";
  }
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORED_AS);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}
