import type { ComponentChildren } from "preact";

/** Names and what they are, one under the other. */
export function KeyValueTable(props: {
  readonly rows: readonly (readonly [
    name: string,
    value: ComponentChildren,
  ])[];
}) {
  return (
    <dl class="facts">
      {props.rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
