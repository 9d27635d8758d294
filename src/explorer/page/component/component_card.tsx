import { useId } from "preact/hooks";
import type { ComponentFacts, ImportFacts } from "../../api.ts";
import type { Session } from "../session.ts";
import { Badge } from "../ui/badge.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { CopyButton } from "../ui/copy_button.tsx";
import { Visible } from "../ui/visible.tsx";
import { VisibleBlock } from "../ui/visible_block.tsx";
import { sortImports } from "./import_order.ts";

/** A component: what it is made of, what it needs and from whom, what it offers. */
export function ComponentCard(
  { session, facts }: {
    readonly session: Session;
    readonly facts: ComponentFacts;
  },
) {
  const title = useId();
  return (
    <section class="card component-card" aria-labelledby={title}>
      <h2 id={title}>
        <Visible text={shortName(facts)} />
      </h2>
      <p class="hint">
        <Visible text={facts.file} /> · {formatByteSize(facts.size)}
      </p>
      <h3>Imports</h3>
      <Imports imports={facts.imports} />
      <h3>Exports</h3>
      {facts.exports.length === 0
        ? <p class="hint">None</p>
        : (
          <ul class="names mono">
            {facts.exports.map((name) => (
              <li key={name}>
                <Visible text={name} />
              </li>
            ))}
          </ul>
        )}
      <h3>Core modules</h3>
      <Modules modules={facts.modules} />
      <details class="wit">
        <summary>WIT</summary>
        <div class="buttons">
          <CopyButton
            text={() => facts.wit}
            onCopied={() =>
              session.toasts.add({ kind: "done", text: "Copied" })}
          >
            Copy WIT
          </CopyButton>
        </div>
        <pre class="code-block" tabIndex={0}>
          <VisibleBlock text={facts.wit} />
        </pre>
      </details>
    </section>
  );
}

/** What a component is called; the one that is served is called by its whole path. */
function shortName({ name, file }: ComponentFacts): string {
  return name === file ? name.slice(name.search(/[^/\\]*$/)) : name;
}

function Imports({ imports }: { readonly imports: readonly ImportFacts[] }) {
  if (imports.length === 0) return <p class="hint">None</p>;
  return (
    <table class="table">
      <caption class="visually-hidden">
        Imports and what satisfies each
      </caption>
      <thead>
        <tr>
          <th scope="col">Import</th>
          <th scope="col">Satisfied by</th>
        </tr>
      </thead>
      <tbody>
        {sortImports(imports).map((fact) => (
          <tr key={`${fact.label ?? ""} ${fact.name}`}>
            <th scope="row" class="mono">
              <Visible text={fact.name} />
              {fact.label !== undefined && (
                <span class="hint import-label">
                  as <Visible text={fact.label} />
                </span>
              )}
            </th>
            <td>
              <Satisfied fact={fact} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Satisfied({ fact: { by, detail } }: { readonly fact: ImportFacts }) {
  switch (by) {
    case "wharf":
      return (
        <>
          <Badge tone="good">Wharf</Badge>
          {detail !== undefined && (
            <span class="hint">
              {" "}
              <Visible text={detail} />
            </span>
          )}
        </>
      );
    case "component":
      return (
        <>
          <Badge tone="accent">component</Badge> <Visible text={detail ?? ""} />
        </>
      );
    case "nothing":
      return (
        <>
          <Badge tone="bad">nothing</Badge>
          {detail !== undefined && (
            <>
              {" "}
              <Visible text={detail} />
            </>
          )}
        </>
      );
  }
}

function Modules(
  { modules }: { readonly modules: ComponentFacts["modules"] },
) {
  const largest = Math.max(1, ...modules.map(({ size }) => size));
  if (modules.length === 0) return <p class="hint">None</p>;
  return (
    <table class="table modules">
      <caption class="visually-hidden">Core modules and their sizes</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Module</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        {modules.map(({ name, size }, index) => (
          <tr key={index}>
            <th scope="row" class="mono">
              <Visible text={name} />
            </th>
            <td class="number">
              {formatByteSize(size)}
              <span class="track" aria-hidden="true">
                <span
                  class="call-bar"
                  style={{ width: `${(size / largest) * 100}%` }}
                />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
