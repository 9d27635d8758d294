import type { RequestSummary } from "../../api.ts";
import { Badge } from "../ui/badge.tsx";
import { classOf } from "./request_filter.ts";

/** How a request ended, in a badge or two. */
export function RequestStatus({ request }: {
  readonly request: Pick<RequestSummary, "status" | "trapped">;
}) {
  return (
    <>
      <Badge tone={toneOf(request.status)}>{request.status ?? "pending"}</Badge>
      {request.trapped && (
        <>
          {" "}
          <Badge tone="bad">trapped</Badge>
        </>
      )}
    </>
  );
}

function toneOf(
  status: number | undefined,
): "plain" | "good" | "warning" | "bad" | "accent" {
  switch (classOf(status)) {
    case "2":
      return "good";
    case "3":
      return "accent";
    case "4":
      return "warning";
    case "5":
      return "bad";
    default:
      return "plain";
  }
}
