import { useEffect, useState } from "preact/hooks";
import { formatWholeSeconds } from "./duration.ts";

/** How long it is until a time, each second anew. */
export function Countdown(
  { until, onEnd }: { readonly until: number; readonly onEnd?: () => void },
) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() < until) return;
      clearInterval(timer);
      onEnd?.();
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return (
    <time
      dateTime={new Date(until).toISOString()}
      title={new Date(until).toLocaleString()}
    >
      in {formatWholeSeconds(until - now)}
    </time>
  );
}
