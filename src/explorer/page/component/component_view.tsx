import { useEffect, useMemo } from "preact/hooks";
import type { ComponentReport } from "../../api.ts";
import type { ViewProps } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty_state.tsx";
import { KeyValueTable } from "../ui/key_value_table.tsx";
import { Visible } from "../ui/visible.tsx";
import { BuildCard } from "./build_card.tsx";
import { BuildLog } from "./build_log.tsx";
import { ComponentCard } from "./component_card.tsx";
import { ComponentSource } from "./component_source.ts";

/** What is served, and how it was built. */
export function ComponentView({ session }: ViewProps) {
  const source = useMemo(() => new ComponentSource(session), [session]);
  useEffect(() => {
    const closed = new AbortController();
    source.follow(closed.signal);
    return () => closed.abort();
  }, [source]);
  const report = source.report.value;
  const status = session.status.value;
  return (
    <div class="component-view">
      <h1>Component</h1>
      <BuildCard
        build={session.build.value}
        onRebuild={() => void source.rebuild()}
      />
      {report === undefined && <EmptyState title="Looking at the component…" />}
      {report === null && (
        <EmptyState title="No component is served yet">
          <p>It stands here as soon as a build has made one</p>
        </EmptyState>
      )}
      {report && (
        <>
          <section class="card" aria-labelledby="serving-title">
            <div class="bar">
              <h2 id="serving-title" class="grows">Serving</h2>
              <Button onClick={() => void source.read()}>Reload</Button>
            </div>
            <KeyValueTable
              rows={[
                ...servingRows(report),
                ...(status === undefined ? [] : [
                  [
                    "File",
                    <Visible key="file" text={status.component} />,
                  ] as const,
                  ["Wharf", status.version] as const,
                ]),
              ]}
            />
          </section>
          {report.components.map((facts) => (
            <ComponentCard
              key={facts.name}
              session={session}
              facts={facts}
            />
          ))}
        </>
      )}
      <BuildLog builds={source.builds.value} />
    </div>
  );
}

function servingRows(
  { lanes, underWay, instanceReuse }: ComponentReport,
): (readonly [string, string])[] {
  const sum = underWay.reduce((sum, count) => sum + count, 0);
  return [
    ["Lanes", lanes === 0 ? "none: the server's own thread" : `${lanes}`],
    [
      "Requests under way",
      underWay.length > 1
        ? `${sum} (by lane: ${underWay.join(", ")})`
        : `${sum}`,
    ],
    [
      "Instances",
      instanceReuse <= 1
        ? "a fresh one for every request"
        : `each serves up to ${instanceReuse} requests`,
    ],
  ];
}
