// The desk: who waits on the left, and the rooms side by side, as columns and not as tabs.
// Stateless; the column on the left is in desk-side.tsx, a room's column in desk-room.tsx. It knows only what stands
// where, and that nothing may stand where another tab has the desk.

import type { DeskRoom } from "../desk-rooms";
import { isHeld, isPassed } from "../desk-rooms";
import { en } from "../words/en";
import { Ended, GoneOn, Room } from "./desk-room";
import { type DeskProps, Side } from "./desk-side";
import { QuietLine } from "./frame";

export function Desk({ desk, act }: DeskProps) {
  return (
    <div class="desk">
      <Side desk={desk} act={act} />
      <main class="rooms" aria-label={en.desk.rooms}>
        {desk.rooms.length === 0 && !desk.superseded && (
          <div class="empty">
            <QuietLine moving="still" />
            <p class="headline">{en.desk.empty}</p>
            <p class="soft">{en.desk.emptyHint}</p>
          </div>
        )}
        {/* Where another tab has the desk, nothing may be read or written here that is not true any more. */}
        {(desk.superseded ? [] : desk.rooms).map((room) => (
          <Column key={room.room} room={room} desk={desk} act={act} />
        ))}
      </main>
    </div>
  );
}

function Column({ room, desk, act }: { room: DeskRoom } & DeskProps) {
  if (isHeld(room)) return <Room held={room} desk={desk} act={act} />;
  return isPassed(room) ? <GoneOn passed={room} act={act} /> : <Ended past={room} act={act} />;
}
