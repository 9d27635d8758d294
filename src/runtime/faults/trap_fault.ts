/**
 * From what a lane threw to the fault that a client is told.
 *
 * @module
 */

import type { FramePlaces } from "../frame_places.ts";
import type { LaneBusyError } from "../lane.ts";
import type { ReadSourceMap } from "../source_map.ts";
import { frameText, type GuestTrap, stackFrames } from "../trap.ts";
import type { Fault, FaultFrame, FaultLine } from "./fault.ts";

/** What is known of a request whose guest trapped. */
export interface TrapContext {
  readonly request: string;
  readonly output: readonly FaultLine[];
  readonly stacks: GuestStacks;
}

/** The fault of a guest that did not answer. */
export async function trapFault(
  trap: GuestTrap,
  { request, output, stacks }: TrapContext,
): Promise<Fault> {
  return {
    kind: trap.kind,
    status: trap.status,
    message: trap.message,
    request,
    stack: await stacks.of(trap),
    output,
  };
}

/** The fault of a request that no instance came free for. */
export function busyFault(error: LaneBusyError, request: string): Fault {
  return {
    kind: "busy",
    status: 503,
    message: `${error.message}; try again`,
    request,
    headers: { "retry-after": "1" },
  };
}

/** What tells the lines of a component's source. */
export interface ComponentSource {
  /** Its core modules. */
  readonly modules: Iterable<WebAssembly.Module>;
  /** Reads the source maps that they name; without it those inside of them count. */
  readonly readMap?: ReadSourceMap;
}

/** Tells the stacks of one component's guests. */
export class GuestStacks {
  readonly #component: ComponentSource;
  #places: FramePlaces | undefined;

  constructor(component: ComponentSource) {
    this.#component = component;
  }

  /** Whether a trap has frames of the guest. */
  static has(trap: Error): boolean {
    return stackFrames(trap.cause ?? trap).length > 0;
  }

  /** The guest's frames of a trap, innermost first. */
  async of(trap: Error): Promise<readonly FaultFrame[]> {
    // A trap that the host made below the guest, as for exit, has the guest's frames itself.
    const frames = stackFrames(trap.cause ?? trap);
    if (frames.length === 0) return [];
    // A guest that never traps has no use for what reads DWARF.
    const { FramePlaces } = await import("../frame_places.ts");
    this.#places ??= new FramePlaces(
      this.#component.modules,
      this.#component.readMap,
    );
    const places = await this.#places.find(frames);
    return frames.map((frame, index) => {
      const place = places[index];
      return {
        text: frameText(frame),
        ...(place === undefined
          ? {}
          : { place: `${place.file}:${place.line}` }),
      };
    });
  }
}
