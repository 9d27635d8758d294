import { useCallback, useEffect, useState } from "preact/hooks";
import { tellFailure, wasAborted } from "../api_client.ts";

/** What was asked for: nothing yet, the answer, or why there is none. */
export interface Loaded<T> {
  /** Stays while it is asked for again. */
  readonly value?: T;
  readonly failure?: string;
  readonly loading: boolean;
  readonly reload: () => void;
}

/**
 * Asks when it is first rendered and when `about` changes, and gives up what is no longer
 * wanted. The answer to an earlier question is not shown as one to a later.
 */
export function useLoaded<T>(
  load: (signal: AbortSignal) => Promise<T>,
  about: readonly unknown[],
): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<
    {
      readonly about: string;
      readonly value?: T;
      readonly failure?: string;
      readonly loading: boolean;
    }
  >({ about: "", loading: true });
  const subject = JSON.stringify(about);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) =>
      before.about === subject
        ? { ...before, loading: true }
        : { about: subject, loading: true }
    );
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) {
          setState({ about: subject, value, loading: false });
        }
      },
      (error) => {
        if (abort.signal.aborted || wasAborted(error)) return;
        setState({
          about: subject,
          failure: tellFailure(error),
          loading: false,
        });
      },
    );
    return () => abort.abort();
  }, [subject, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const { about: answered, ...rest } = state;
  return answered === subject ? { ...rest, reload } : { loading: true, reload };
}
