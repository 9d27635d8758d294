import { useState } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { Visible } from "../ui/visible.tsx";
import { headerText } from "./byte_text.ts";
import { isSecretHeader } from "./secret_headers.ts";

/**
 * Header lines as they came. Values that let somebody in are hidden until they are asked for.
 * The roles stand there because a narrow screen has the cells one under the other, and browsers
 * take a table that is laid out so for none.
 */
export function HeaderTable(props: {
  /** Whose they are. */
  readonly of: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
}) {
  const [shown, setShown] = useState<ReadonlySet<number>>(new Set());
  if (props.lines.length === 0) return <p class="hint">None</p>;
  function toggle(index: number): void {
    const next = new Set(shown);
    if (!next.delete(index)) next.add(index);
    setShown(next);
  }
  return (
    <table class="table stacks" role="table">
      <caption class="visually-hidden">{`Headers of ${props.of}`}</caption>
      <thead class="visually-hidden" role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Name</th>
          <th scope="col" role="columnheader">Value</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.lines.map(([name, value], index) => {
          const secret = isSecretHeader(name);
          const open = shown.has(index);
          return (
            <tr key={index} role="row">
              <th scope="row" role="rowheader">
                <Visible text={name} />
              </th>
              <td role="cell" class="mono">
                {!secret || open
                  ? <Visible text={headerText(value)} />
                  : <span class="hint">hidden</span>}
                {secret && (
                  <>
                    {" "}
                    <Button
                      label={`${open ? "Hide" : "Show"} the value of ${name}`}
                      onClick={() => toggle(index)}
                    >
                      {open ? "Hide" : "Show"}
                    </Button>
                  </>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
