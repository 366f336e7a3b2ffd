// How a counsellor parts from a room that goes on: handing it to a colleague, or giving it back to the queue (W26).
// Pure; one for each room at the desk. That the room is gone is never concluded here: the server says so.

import type { Colleague } from "./protocol.gen";

export type Parting =
  | { readonly at: "staying" }
  /** "Who goes on with them?" is being asked. `refused` is somebody who could not be asked. */
  | { readonly at: "choosing"; readonly refused: Colleague | null }
  /** Sent and not answered. */
  | { readonly at: "asking"; readonly to: Colleague }
  /** "Give this conversation back?" is being asked. */
  | { readonly at: "wondering" }
  | { readonly at: "returning" };

export type PartingInput =
  | { type: "choose" }
  | { type: "wonder" }
  | { type: "stay" }
  | { type: "ask"; to: Colleague }
  | { type: "give_back" }
  /** The server has told who is asked, or that nobody is any more. */
  | { type: "told" }
  | { type: "refused" }
  | { type: "down" }
  /** The room may be spoken into again. */
  | { type: "back" };

export type PartingEffect = { do: "hand_over"; to: string } | { do: "give_back" };

type Step = [Parting, PartingEffect[]];

export const staying: Parting = { at: "staying" };

export function step(parting: Parting, input: PartingInput): Step {
  switch (input.type) {
    case "choose":
      return parting.at === "returning" ? [parting, []] : [{ at: "choosing", refused: null }, []];
    case "wonder":
      return parting.at === "returning" ? [parting, []] : [{ at: "wondering" }, []];
    case "stay":
      return parting.at === "returning" ? [parting, []] : [staying, []];
    case "ask":
      return parting.at === "choosing"
        ? [{ at: "asking", to: input.to }, [{ do: "hand_over", to: input.to.id }]]
        : [parting, []];
    case "give_back":
      return parting.at === "wondering" ? [{ at: "returning" }, [{ do: "give_back" }]] : [parting, []];
    case "told":
      return parting.at === "asking" ? [staying, []] : [parting, []];
    case "refused":
      return parting.at === "asking" ? [{ at: "choosing", refused: parting.to }, []] : [parting, []];
    case "down":
      // Whether the question arrived is not known, so the counsellor sees the choice again rather than a claim.
      return parting.at === "asking" ? [{ at: "choosing", refused: null }, []] : [parting, []];
    case "back":
      return parting.at === "returning" ? [parting, [{ do: "give_back" }]] : [parting, []];
    default:
      return input satisfies never;
  }
}
