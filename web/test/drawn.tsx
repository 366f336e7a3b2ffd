// Pages as they are drawn after a story: what a test sees of the student's page and of the desk, and axe's judgement.
// Without a layout nothing can be said about contrast: that is judged in a real browser.

import { render } from "@testing-library/preact";
import axe from "axe-core";
import { expect, vi } from "vitest";
import { type Desk, type DeskInput, type DeskState, start as startDesk, step as stepDesk } from "../src/desk-state";
import { type Input, type State, start, step } from "../src/state";
import { Desk as DeskView } from "../src/views/desk";
import { type IntakeDoor, Student } from "../src/views/student";
import { moment } from "./given";

// Nothing is laid out here, so nothing can be in sight: the views go by what they know without it.
vi.stubGlobal("IntersectionObserver", undefined);

/** A page on which nobody asks for the intake. */
export const noIntake: IntakeDoor = { open() {}, close() {}, now: null };

export function student(...inputs: Input[]): { acts: Input[]; container: Element } {
  const state = inputs.reduce<State>((state, input) => step(state, input, moment())[0], start(null)[0]);
  const acts: Input[] = [];
  const { container } = render(
    <Student
      state={state}
      act={(input) => acts.push(input)}
      help={"Call 112 at any hour.\nNight line 116 123, from 18:00"}
      exitTo="about:blank"
      presses={0}
      intake={noIntake}
    />,
  );
  return { acts, container };
}

export function deskAfter(...inputs: DeskInput[]): Desk {
  const state = inputs.reduce<DeskState>((state, input) => stepDesk(state, input, moment())[0], startDesk(null)[0]);
  if (state.at !== "desk") throw new Error("not at the desk");
  return state;
}

export function desk(...inputs: DeskInput[]): { acts: DeskInput[]; container: Element } {
  const acts: DeskInput[] = [];
  const { container } = render(<DeskView desk={deskAfter(...inputs)} act={(input) => acts.push(input)} />);
  return { acts, container };
}

export async function judged(container: Element) {
  const { violations } = await axe.run(container, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    rules: { "color-contrast": { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}
