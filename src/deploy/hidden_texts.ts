/** What stands where a secret stood. */
const HIDDEN = "***";

/**
 * A text without the values of variables, and without the passwords of those that are URLs: a
 * program may print what it was given.
 */
export function hideTexts(
  text: string,
  variables: Readonly<Record<string, string>>,
): string {
  const secrets = Object.values(variables)
    .flatMap((value) => [value, ...passwordsOf(value)])
    .filter((secret) => secret !== "")
    // A secret may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  return secrets.reduce((shown, one) => shown.replaceAll(one, HIDDEN), text);
}

function passwordsOf(value: string): readonly string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  return [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
