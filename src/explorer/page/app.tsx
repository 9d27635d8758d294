import { useEffect, useRef, useState } from "preact/hooks";
import { BucketsView } from "./buckets/buckets_view.tsx";
import { ComponentView } from "./component/component_view.tsx";
import { RequestsView } from "./requests/requests_view.tsx";
import { KeyboardDialog } from "./keyboard_dialog.tsx";
import { formatRoute, type Route } from "./routes.ts";
import type { Session, ViewProps } from "./session.ts";
import { isShortcut } from "./shortcuts.ts";
import { StatusLine } from "./status_line.tsx";
import { themeAfter } from "./theme.ts";
import { Button } from "./ui/button.tsx";
import { ToastRegion } from "./ui/toast_region.tsx";
import { cutText } from "./ui/visible_text.ts";

const TABS = [
  { view: "buckets", label: "Buckets" },
  { view: "requests", label: "Requests" },
  { view: "component", label: "Component" },
] as const;

const THEME_SIGNS = { system: "◐", light: "☀", dark: "☾" } as const;

/** The frame of the page and the view that its address names. */
export function App({ session }: ViewProps) {
  const route = session.route.value;
  const main = useRef<HTMLElement>(null);
  const shown = useRef(route.view);
  const [asksKeys, setAsksKeys] = useState(false);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (!isShortcut(session, event, "?")) return;
      event.preventDefault();
      setAsksKeys(true);
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [session]);
  useEffect(() => {
    document.title = titleOf(route);
    // A screen reader goes on where the new view begins, as after loading a page.
    if (shown.current !== route.view) main.current?.focus();
    shown.current = route.view;
  }, [route]);
  return (
    <>
      <header class="page-head">
        <a
          class="skip-link"
          href={formatRoute(route)}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to the content
        </a>
        <p class="brand">Wharf</p>
        <nav class="tabs" aria-label="Explorer">
          {TABS.map(({ view, label }) => (
            <a
              key={view}
              href={formatRoute({ view })}
              aria-current={route.view === view ? "page" : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <StatusLine session={session} />
        <Button
          kind="quiet"
          label="Keyboard"
          onClick={() => setAsksKeys(true)}
        >
          <span aria-hidden="true">?</span>
        </Button>
        <ThemeSwitch session={session} />
      </header>
      <main ref={main} tabIndex={-1}>
        <View session={session} route={route} />
      </main>
      <ToastRegion toasts={session.toasts} />
      {asksKeys && (
        <KeyboardDialog
          session={session}
          onClose={() => setAsksKeys(false)}
        />
      )}
    </>
  );
}

function View(
  { session, route }: { readonly session: Session; readonly route: Route },
) {
  switch (route.view) {
    case "buckets":
      return (
        <BucketsView
          session={session}
          {...(route.bucket !== undefined && { bucket: route.bucket })}
          {...(route.key !== undefined && { name: route.key })}
        />
      );
    case "requests":
      return (
        <RequestsView
          session={session}
          {...(route.id !== undefined && { id: route.id })}
        />
      );
    case "component":
      return <ComponentView session={session} />;
  }
}

function ThemeSwitch({ session }: ViewProps) {
  const theme = session.theme.value;
  return (
    <Button
      kind="quiet"
      label={`Colours: ${theme}; change`}
      onClick={() => session.theme.value = themeAfter(theme)}
    >
      <span aria-hidden="true">{THEME_SIGNS[theme]}</span>
    </Button>
  );
}

/** What the tab of the browser says: the most particular first. */
function titleOf(route: Route): string {
  switch (route.view) {
    case "buckets":
      return [route.key, route.bucket, "Buckets", "Wharf"]
        .filter((part) => part !== undefined)
        .map((part) => cutText(part, 60)).join(" · ");
    case "requests":
      return "Requests · Wharf";
    case "component":
      return "Component · Wharf";
  }
}
