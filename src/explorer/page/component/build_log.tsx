import type { BuildRecord } from "../../api.ts";
import { Badge } from "../ui/badge.tsx";
import { formatDuration } from "../ui/duration.ts";
import { EmptyState } from "../ui/empty_state.tsx";
import { formatMoment } from "../ui/moment.ts";
import { Visible } from "../ui/visible.tsx";
import { AnsiText } from "../ui/ansi_text.tsx";

const OUTCOMES = {
  building: { tone: "warning", text: "building" },
  swapped: { tone: "good", text: "swapped" },
  failed: { tone: "bad", text: "failed" },
  superseded: { tone: "plain", text: "superseded" },
} as const;

/** The builds, the newest first. */
export function BuildLog(
  { builds }: { readonly builds: readonly BuildRecord[] | undefined },
) {
  return (
    <section class="card" aria-labelledby="builds-title">
      <h2 id="builds-title">Builds</h2>
      {builds === undefined
        ? <EmptyState title="Reading the builds…" />
        : builds.length === 0
        ? <EmptyState title="Nothing was built yet" />
        : (
          <ol class="builds">
            {builds.map((build) => (
              <li key={build.number}>
                <Build build={build} isNewest={build === builds[0]} />
              </li>
            ))}
          </ol>
        )}
    </section>
  );
}

function Build(props: {
  readonly build: BuildRecord;
  readonly isNewest: boolean;
}) {
  const { build, isNewest } = props;
  const { tone, text } = OUTCOMES[build.outcome];
  const steps = Object.entries(build.steps);
  const sum = steps.reduce((sum, [, duration]) => sum + duration, 0);
  return (
    <details open={isNewest && build.outcome === "failed"}>
      <summary class="build-summary">
        <span class="mono">#{build.number}</span>{" "}
        <Badge tone={tone}>{text}</Badge>{" "}
        <span class="grows">
          <Visible text={build.cause} />
        </span>{" "}
        <span class="hint">
          {formatMoment(build.at, Date.now())}
          {steps.length > 0 && ` · ${formatDuration(sum)}`}
        </span>
      </summary>
      <div class="build-body">
        {steps.length > 0 && (
          <p>
            {steps.map(([name, duration]) =>
              `${name} ${formatDuration(duration)}`
            ).join(", ")}
          </p>
        )}
        {build.error !== undefined && (
          <>
            <h3>Error</h3>
            <pre class="code-block" tabIndex={0}>
              <AnsiText output={build.error} />
            </pre>
          </>
        )}
        {build.output === ""
          ? <p class="hint">The build command wrote nothing</p>
          : (
            <>
              <h3>Output</h3>
              <pre class="code-block" tabIndex={0}>
                <AnsiText output={build.output} />
              </pre>
            </>
          )}
      </div>
    </details>
  );
}
