import type { DoorName } from "../../src/front/mod.ts";
import { type GuestLaneKind, LANE_KINDS } from "./guest_app.ts";
import { DOORS } from "./http_server.ts";

/** Registers tests that hold wherever guests run. */
export const eachLane = {
  /** One test for each kind of lane, told which it is. */
  test(name: string, run: (lane: GuestLaneKind) => Promise<void>): void {
    for (const lane of LANE_KINDS) {
      Deno.test(`${name} (${lane} lane)`, () => run(lane));
    }
  },
};

/** Every front door before every kind of lane, and what the two are called. */
export const SERVED: readonly {
  readonly door: DoorName;
  readonly lane: GuestLaneKind;
  readonly at: string;
}[] = LANE_KINDS.flatMap((lane) =>
  DOORS.map((door) => ({ door, lane, at: `${door}, ${lane} lane` }))
);
