import { Visible } from "./visible.tsx";

/** Text of several lines: newlines and tabs do what they do, all else is shown as {@linkcode Visible} does. */
export function VisibleBlock({ text }: { readonly text: string }) {
  // Text without anything else needs no elements of its own, and most of it is such.
  return (
    <>
      {text.split(/([\n\t]+)/).map((part, index) =>
        part === "" || index % 2 === 1 || PLAIN.test(part)
          ? part
          : <Visible key={index} text={part} />
      )}
    </>
  );
}

const PLAIN = /^[\x20-\x7e]+$/;
