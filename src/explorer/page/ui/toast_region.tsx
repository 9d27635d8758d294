import type { Toasts } from "./toasts.ts";
import { Button } from "./button.tsx";

/** Where messages appear; screen readers read them as they come. */
export function ToastRegion({ toasts }: { readonly toasts: Toasts }) {
  return (
    <section class="toasts" aria-label="Messages" aria-live="polite">
      {toasts.shown.value.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.kind}`}>
          <p>{toast.text}</p>
          {toast.action !== undefined && (
            <Button
              onClick={() => {
                toasts.remove(toast.id);
                toast.action?.run();
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <Button
            kind="quiet"
            label="Close the message"
            onClick={() =>
              toasts.remove(toast.id)}
          >
            ×
          </Button>
        </div>
      ))}
    </section>
  );
}
