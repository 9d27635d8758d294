import type { ComponentChildren } from "preact";

/** A word or a number beside something. Colour alone never tells what it means. */
export function Badge(props: {
  readonly children: ComponentChildren;
  readonly tone?: "plain" | "good" | "warning" | "bad" | "accent";
}) {
  return (
    <span class={`badge badge-${props.tone ?? "plain"}`}>{props.children}</span>
  );
}
