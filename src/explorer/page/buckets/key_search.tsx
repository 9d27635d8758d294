import { useEffect, useRef, useState } from "preact/hooks";

/** How long somebody must have stopped typing before the store is asked. */
const PAUSE = 200;

/** Where the beginning of keys is typed. */
export function KeySearch(
  { onSearch }: { readonly onSearch: (prefix: string) => void },
) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  function search(prefix: string, pause: number): void {
    setText(prefix);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(prefix), pause);
  }
  return (
    <input
      id="key-search"
      type="search"
      class="mono"
      aria-label="Keys that start with"
      placeholder="Keys that start with…"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      value={text}
      onInput={(event) => search(event.currentTarget.value, PAUSE)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          search("", 0);
          document.getElementById("key-list")?.focus();
        } else if (event.key === "ArrowDown") {
          event.preventDefault();
          document.getElementById("key-list")?.focus();
        } else if (event.key === "Enter") {
          search(text, 0);
        }
      }}
    />
  );
}
