/**
 * The system's own browser.
 *
 * @module
 */

/** The system that a browser is opened on. */
export interface BrowserSystem {
  readonly os: typeof Deno.build.os;
  /** The user's number; `null` where the system has none. */
  readonly user: number | null;
  readonly env: Readonly<Record<string, string>>;
}

/** No shell reads the address: each program takes it as an argument. */
function opener(os: BrowserSystem["os"]): readonly [string, ...string[]] {
  switch (os) {
    case "windows":
      return ["rundll32", "url.dll,FileProtocolHandler"];
    case "darwin":
      return ["open"];
    default:
      return ["xdg-open"];
  }
}

/**
 * Opens an address; resolves when the program that opens it has ended, which may be when the
 * browser does.
 *
 * @returns why it is not open; `undefined` if it is
 */
export async function openBrowser(
  url: string,
  system: BrowserSystem,
): Promise<string | undefined> {
  const { os, user, env } = system;
  if (user === 0) return "Wharf runs as root, and a browser should not";
  const [program, ...args] = opener(os);
  // Without one, xdg-open starts a browser in this very terminal.
  if (program === "xdg-open" && !hasDisplay(env)) return "there is no display";
  try {
    const child = new Deno.Command(program, {
      args: [...args, url],
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // Ctrl-C is for Wharf.
      detached: true,
    }).spawn();
    const { success, code } = await child.status;
    return success ? undefined : `${program} exited with ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${program} is missing`;
    return error instanceof Error ? error.message : String(error);
  }
}

function hasDisplay(env: BrowserSystem["env"]): boolean {
  return ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].some((name) =>
    (env[name] ?? "") !== ""
  );
}
