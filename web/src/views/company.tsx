// What a student reads about their counsellor between the log and the box: where they are, who may take over, what has
// changed, and the one quiet question whether somebody who came later may read what was said before.
// Stateless views of a Talk; nothing here keeps anybody from writing.

import { en } from "../words/en";
import type { TalkProps } from "./talk";

export function Company({ talk, name }: Pick<TalkProps, "talk"> & { name: string }) {
  const { whereabouts, handingTo, news } = talk.company;
  const gone = whereabouts === null ? "" : en.room.whereabouts[whereabouts](name);
  const now = gone === "" && handingTo !== null ? en.room.handing(name, handingTo) : gone;
  const sentences = [...news.map((one) => en.room.news(one, name)), now].filter((sentence) => sentence !== "");
  return (
    <div class="company" role="status">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}

export function OlderLines({ talk, act, name }: TalkProps & { name: string }) {
  const { older, olderAnswer } = talk.company;
  const asked = older === "asked" && olderAnswer === null;
  return (
    <div class="older" role="status">
      {asked && (
        <>
          <p>{en.room.older.question(name)}</p>
          <div class="choices">
            <button type="button" onClick={() => act({ type: "let_read" })}>
              {en.room.older.share}
            </button>
            <button type="button" onClick={() => act({ type: "keep_older" })}>
              {en.room.older.keep}
            </button>
          </div>
        </>
      )}
    </div>
  );
}
