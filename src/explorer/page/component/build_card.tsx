import type { BuildState } from "../../api.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatMoment } from "../ui/moment.ts";
import { AnsiText } from "../ui/ansi_text.tsx";

/** What the dev server is doing now, and the button that has it build. */
export function BuildCard(props: {
  readonly build: BuildState | undefined;
  readonly onRebuild: () => void;
}) {
  const { build } = props;
  return (
    <section class="card" aria-labelledby="build-title">
      <div class="bar">
        <h2 id="build-title">Build</h2>
        <p class="grows" role="status">
          {build !== undefined && <Phase build={build} />}
        </p>
        <Button
          kind="primary"
          disabled={build === undefined}
          onClick={props.onRebuild}
        >
          {build?.phase === "building" ? "Build anew" : "Rebuild"}
        </Button>
      </div>
      {build?.error !== undefined && (
        <pre class="code-block" tabIndex={0} aria-label="Why the build failed">
          <AnsiText output={build.error} />
        </pre>
      )}
    </section>
  );
}

function Phase({ build }: { readonly build: BuildState }) {
  const since = formatMoment(build.since, Date.now());
  switch (build.phase) {
    case "ready":
      return (
        <>
          <Badge tone="good">ready</Badge> since {since}
        </>
      );
    case "building":
      return (
        <>
          <Badge tone="warning">building</Badge> since {since}
          {build.serving && "; the earlier component serves meanwhile"}
        </>
      );
    case "failed":
      return (
        <>
          <Badge tone="bad">failed</Badge> at {since}
          {build.serving
            ? "; the earlier component serves"
            : "; nothing is served"}
        </>
      );
  }
}
