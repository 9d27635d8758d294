import { formatKey, type KeyPath } from "./key_path.ts";
import { formatPlace, type Place } from "./place.ts";

/** One thing that is wrong with the configuration. */
export interface ConfigIssue {
  /** Where to mend it. */
  readonly place: Place;
  /** The key it is about, if it is about one. */
  readonly key?: KeyPath;
  /** What was found, as it may be shown: a secret is masked. */
  readonly found?: string;
  /** What is wrong; with {@linkcode ConfigIssue.found}, the reason why that is refused. */
  readonly problem?: string;
  /** What would be right; completes `allowed is …`, or `allowed are …` where it is a list of keys. */
  readonly allowed?: string;
  /** The known name that was likely meant. */
  readonly nearest?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** The most issues that a message lists. */
export const MAX_SHOWN_ISSUES = 50;

/** The configuration cannot be used; the message names every {@linkcode ConfigIssue}. */
export class ConfigError extends Error {
  /** `ConfigError`. */
  override readonly name = "ConfigError";

  /**
   * An error with its message made; `loadConfig()` throws one for all issues.
   *
   * @param message What a person is shown; holds no secret.
   * @param issues All that is wrong, in the order of the places.
   * @param files As `LoadedConfig.files`: one of them may mend it.
   */
  constructor(
    message: string,
    readonly issues: readonly ConfigIssue[],
    readonly files: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The error that lists these issues, one a line. */
export function configError(
  issues: readonly ConfigIssue[],
  files: readonly string[],
): ConfigError {
  const places = new Set(
    issues.map(({ place }) => place.kind === "file" ? place.file : undefined),
  );
  const [file] = places;
  const subject = places.size === 1 && file !== undefined
    ? `"${file}"`
    : "the configuration";
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
  const lines = issues.slice(0, MAX_SHOWN_ISSUES).map(formatIssue);
  const more = issues.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return new ConfigError(
    [`Cannot read ${subject}: ${count}`, ...lines].join("\n"),
    issues,
    files,
  );
}

/** An issue on one line: `.wash/config.yaml:7:3: dev.adress: unknown key; did you mean "address"?` */
export function formatIssue(issue: ConfigIssue): string {
  const state = [
    ...(issue.found === undefined ? [] : [`found ${issue.found}`]),
    ...(issue.problem === undefined ? [] : [issue.problem]),
  ].join(", ");
  const key = issue.key === undefined || issue.key.length === 0
    ? []
    : [formatKey(issue.key)];
  const parts = [state];
  if (issue.allowed !== undefined) {
    parts.push(
      `allowed ${issue.found === undefined ? "are" : "is"} ${issue.allowed}`,
    );
  }
  if (issue.nearest !== undefined) {
    parts.push(`did you mean "${issue.nearest}"?`);
  }
  if (issue.remedy !== undefined) parts.push(issue.remedy);
  return [formatPlace(issue.place), ...key, parts.join("; ")].join(": ");
}
