/**
 * Flags of the tasks that take a number.
 *
 * @module
 */

/**
 * The value of `--name N` or `--name=N`.
 *
 * @throws {RangeError} It is no whole number from 1.
 */
export function numberFlag(
  args: readonly string[],
  name: string,
  otherwise: number,
): number {
  const flag = `--${name}`;
  const at = args.findIndex((arg) =>
    arg === flag || arg.startsWith(`${flag}=`)
  );
  if (at < 0) return otherwise;
  const given = args[at]!;
  const text = given === flag ? args[at + 1] : given.slice(flag.length + 1);
  if (!/^[1-9]\d*$/.test(text ?? "")) {
    throw new RangeError(
      `Cannot use "${flag} ${text ?? ""}": it is no whole number from 1`,
    );
  }
  return Number(text);
}
