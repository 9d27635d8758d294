import { useMemo } from "preact/hooks";
import { VisibleBlock } from "./visible_block.tsx";
import { parseAnsi } from "./ansi.ts";

/** What a program wrote for a terminal, in its colours. */
export function AnsiText({ output }: { readonly output: string }) {
  const runs = useMemo(() => parseAnsi(output), [output]);
  return (
    <>
      {runs.map(({ text, color, bold }, index) =>
        color === undefined && bold === undefined
          ? <VisibleBlock key={index} text={text} />
          : (
            <span
              key={index}
              class={[
                color === undefined ? undefined : `ansi-${color}`,
                bold && "ansi-bold",
              ].filter(Boolean).join(" ")}
            >
              <VisibleBlock text={text} />
            </span>
          )
      )}
    </>
  );
}
