import type { ComponentChildren } from "preact";

/** What a button has. */
export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  /** `primary` for the one thing to do, `danger` for what loses data, `quiet` without a frame. */
  readonly kind?: "plain" | "primary" | "danger" | "quiet";
  /** What it is called where its text does not say. */
  readonly label?: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly submits?: boolean;
}

/** A button, large enough for a finger. */
export function Button(props: ButtonProps) {
  return (
    <button
      type={props.submits === true ? "submit" : "button"}
      class={`button button-${props.kind ?? "plain"}`}
      disabled={props.disabled === true}
      onClick={props.onClick}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
    >
      {props.children}
    </button>
  );
}
