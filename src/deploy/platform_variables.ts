/**
 * What Deno Deploy takes as environment variables of an app: "Limits" of its page on them,
 * https://docs.deno.com/deploy/reference/env_vars_and_contexts/ as read in November 2026.
 *
 * @module
 */

import type { Config, SecretText } from "../config/mod.ts";
import type { ConfigPlace, NeededVariable } from "./deployment_file.ts";

/** Bytes of UTF-8 that a name may have. */
const LONGEST_NAME = 128;

/** Bytes of UTF-8 that a value may have. */
const LONGEST_VALUE = 16_384;

/** Names that are its cloud connections'; what begins as its own does, the configuration renames. */
const CONNECTIONS: ReadonlySet<string> = new Set([
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "GCP_WORKLOAD_PROVIDER_ID",
  "GCP_SERVICE_ACCOUNT_EMAIL",
  "GCP_PROJECT_ID",
  "AZURE_CLIENT_ID",
  "AZURE_TENANT_ID",
  "AZURE_FEDERATED_TOKEN_FILE",
]);

/** What is wrong with variables that a deployment needs, a line each. */
export function variableProblems(
  config: Config,
  secrets: readonly SecretText[],
): readonly string[] {
  const lines = secrets.flatMap(({ place, key, variable }) => {
    const problem = problemOf(variable, textAt(config, place));
    return problem === undefined ? [] : [
      `${key}: it is a secret, which would be the variable ${
        JSON.stringify(variable)
      } there, and ${problem}`,
    ];
  });
  return [...new Set(lines)];
}

function problemOf(name: string, value: string): string | undefined {
  if (CONNECTIONS.has(name)) {
    return "the platform lets nobody set that name; choose another";
  }
  if (bytesOf(name) > LONGEST_NAME) {
    return `the platform takes names of ${LONGEST_NAME} bytes at most; shorten it`;
  }
  if (bytesOf(value) > LONGEST_VALUE) {
    return `the platform takes values of ${LONGEST_VALUE} bytes at most; shorten it`;
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The values that the configuration has for what a deployment needs. */
export function variableValues(
  config: Config,
  needed: readonly NeededVariable[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    needed.map(({ name, places: [place = []] }) => [
      name,
      textAt(config, place),
    ]),
  );
}

function textAt(config: Config, place: ConfigPlace): string {
  let value: unknown = config;
  for (const part of place) {
    value = (value as Record<string, unknown>)[part];
  }
  return String(value);
}
