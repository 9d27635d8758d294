/**
 * What a server uses of the machine, with all processes that it has started. Linux only.
 *
 * @module
 */

import { residentMemory } from "../tests/support/process_usage.ts";

/** Ticks in a second: what Linux tells programs, whatever the kernel counts in. */
const TICKS = 100;

/** A line of `/proc/PID/stat`. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of processor of all its threads, those that have ended too. */
  readonly processor: number;
}

/** Reads a line of `/proc/PID/stat`; the name in it can hold spaces and brackets. */
export function parseStat(line: string): ProcessStat {
  const pid = Number(line.slice(0, line.indexOf(" ")));
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    parent: Number(fields[1]),
    processor: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

/** A process and all below it, parents first; empty where the system does not tell. */
export async function treeOf(pid: number): Promise<ProcessStat[]> {
  const all = await processes();
  const tree = all.filter((each) => each.pid === pid);
  for (const { pid } of tree) {
    tree.push(...all.filter(({ parent }) => parent === pid));
  }
  return tree;
}

/** Seconds of processor that a tree of processes has used. */
export async function treeProcessor(pid: number): Promise<number> {
  return (await treeOf(pid)).reduce((sum, { processor }) => sum + processor, 0);
}

/** MiB of resident memory of a tree of processes. */
export async function treeMemory(pid: number): Promise<number> {
  let sum = 0;
  for (const each of await treeOf(pid)) sum += await residentMemory(each.pid);
  return sum;
}

/** Signals all below a process, the youngest first, and not the process. */
export async function signalChildren(
  pid: number,
  signal: Deno.Signal,
): Promise<void> {
  for (const child of (await treeOf(pid)).slice(1).reverse()) {
    try {
      Deno.kill(child.pid, signal);
    } catch {
      // It has ended.
    }
  }
}

async function processes(): Promise<ProcessStat[]> {
  if (Deno.build.os !== "linux") return [];
  // Deno opens /proc only to those who are allowed all; some of it ends meanwhile.
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/stat"],
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  return lines.filter((line) => line !== "").map(parseStat);
}
