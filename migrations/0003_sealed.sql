-- Only the two can read: lines and visitors' nicknames are sealed by the pages, and what opens them is not in here.
--
-- A conversation that is open while this runs was not sealed and cannot be any more: it ends, as if it had been closed.
-- One portable set for both databases: uuid, bigint and text alone.

delete from line;
-- A turn can also end because the student's page never handed over its key; the table is empty by now.
drop index past_turn_of_counsellor;
drop table past_turn;
delete from room;
delete from chat_user where account is null;

create table past_turn (
    room uuid not null references room (id),
    nth bigint not null,
    counsellor uuid not null references account (id),
    came_after bigint not null,
    left_after bigint not null,
    why text not null check (why in ('given_back', 'handed_over', 'away', 'no_key')),
    primary key (room, nth)
);
create index past_turn_of_counsellor on past_turn (counsellor);

-- The suite stands in the envelope.
alter table line drop column suite;

alter table chat_user rename column nickname to nickname_before;
-- A registered person's; what a visitor is called is only kept sealed.
alter table chat_user add column nickname text;
update chat_user set nickname = nickname_before;
alter table chat_user drop column nickname_before;
-- A visitor's nickname, sealed by their page.
alter table chat_user add column sealed text;
-- What stands before it since a registered person has taken it (U4).
alter table chat_user add column renamed text;

-- The public half of a counsellor's own key, and the other half sealed under their recovery code.
alter table account add column identity text;
alter table account add column identity_sealed text;

-- Which installation this is: one row, filled by the first start, so that what lies beside the database can be told to
-- belong to it.
create table installation (id uuid primary key not null);
