import {
  formatPlace,
  type LoadedConfig,
  type Place,
  type Scalar,
  type ShownSetting,
} from "../config/mod.ts";

/** The configuration in use, a line for each value and where it came from; secrets are masked. */
export function renderConfig(loaded: LoadedConfig): string {
  const { config, settings, environment } = loaded;
  const lines = [
    `project = ${printable(config.project)}`,
    `file = ${printable(config.file ?? "none")}`,
    ...settings.map(settingLine),
  ];
  if (environment.length > 0) {
    lines.push("", "The component's environment:");
    lines.push(...environment.map(settingLine));
  }
  return lines.join("\n");
}

/** A value of the configuration in use, for programs. */
export interface InspectedSetting {
  readonly key: string;
  readonly value: Scalar;
  /** Where the value came from, as messages name it. */
  readonly origin: string;
  readonly place: Place;
}

/** The configuration in use, for programs; secrets are masked. */
export interface InspectedConfig {
  readonly project: string;
  readonly file: string | null;
  readonly settings: readonly InspectedSetting[];
  /** The component's environment variables. */
  readonly environment: readonly InspectedSetting[];
  readonly warnings: readonly string[];
}

/** What {@linkcode renderConfig} prints, as data for `JSON.stringify`. */
export function inspectConfig(loaded: LoadedConfig): InspectedConfig {
  const { config, settings, environment, warnings } = loaded;
  return {
    project: config.project,
    file: config.file ?? null,
    settings: settings.map(inspected),
    environment: environment.map(inspected),
    warnings,
  };
}

function inspected({ key, shown, place }: ShownSetting): InspectedSetting {
  return { key, value: shown, origin: formatPlace(place), place };
}

function settingLine({ key, shown, place }: ShownSetting): string {
  return `${key} = ${printable(shown)}    (${formatPlace(place)})`;
}

/** A value on one line that a terminal prints and does not obey. */
function printable(value: Scalar): string {
  const text = String(value);
  const plain = /^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u.test(text);
  return plain ? text : JSON.stringify(text).replace(
    /\p{C}/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
}
