-- A room changes hands: it can wait again at its old place, and it remembers who held it before (W13, W25, W26).
--
-- Nicknames move out of accounts, so that a person and a login are two things (U1), and are compared by keyed digests
-- (U4). The server remembers when it was down, because that time counts against nobody (W24).
-- One portable set for both databases: uuid, bigint and text alone. SQLite cannot drop a unique column, nor change a
-- check, so the tables are made anew and filled from the old ones, which go last, children first.

drop index session_of_account;
drop index room_waiting;
drop index room_of_counsellor;
drop index claim_by_time;

alter table line rename to line_1;
alter table claim rename to claim_1;
alter table session rename to session_1;
alter table room rename to room_1;
alter table chat_user rename to chat_user_1;
alter table account rename to account_1;

create table account (
    id uuid primary key not null,
    login text not null unique,
    role text not null check (role in ('counsellor', 'supervisor', 'administrator')),
    password_hash text not null,
    -- The switch Available (W9): it survives a restart.
    available bigint not null check (available in (0, 1)),
    disabled_at bigint,
    created_at bigint not null
);

create table session (
    -- The digest of the cookie; the cookie itself is never kept.
    digest text primary key not null,
    account uuid not null references account (id),
    until bigint not null
);

-- Apart from accounts (U1). No account means anonymous; the kind is derived, not stored.
create table chat_user (
    id uuid primary key not null,
    -- Never derived from the login (U3).
    nickname text not null,
    -- Keyed digests of the forms by which nicknames are compared (U4). Empty only until the server, which has the key,
    -- fills them in.
    folded_first text,
    skeleton_first text,
    account uuid unique references account (id)
);

create table room (
    id uuid primary key not null,
    -- Random per room: a seq means nothing across epochs.
    epoch uuid not null,
    -- The digest of the student's tab credential (W21): one open room for each (W4).
    key_digest text not null unique,
    student uuid not null unique references chat_user (id),
    -- The order of arrival, and so of being taken (W6): a number, never a time. A room given back keeps it (W25).
    queue_no bigint not null unique,
    arrived_at bigint not null,
    -- When something other than a line last happened in the conversation (W24).
    active_at bigint not null,
    -- Empty while waiting; then who holds it, since which line, and behind which line they may read (W13).
    counsellor uuid references account (id),
    -- The click that took it; empty when it was handed over.
    claim uuid,
    taken_after bigint,
    reads_after bigint,
    check ((counsellor is null) = (taken_after is null) and (counsellor is null) = (reads_after is null)),
    check (claim is null or counsellor is not null)
);

-- Who held a room before, between which lines, and why no longer. Goes with its room.
create table past_turn (
    room uuid not null references room (id),
    nth bigint not null,
    counsellor uuid not null references account (id),
    came_after bigint not null,
    left_after bigint not null,
    why text not null check (why in ('given_back', 'handed_over', 'away')),
    primary key (room, nth)
);

create table line (
    room uuid not null references room (id),
    seq bigint not null,
    -- Made by the sender's page; the same one again is the same line.
    cid uuid not null,
    sender text not null check (sender in ('student', 'counsellor')),
    said_at bigint not null,
    -- An envelope that the server stores and never reads.
    suite bigint not null,
    body text not null,
    primary key (room, seq),
    unique (room, cid)
);

-- Clicks on "Give me a student" that were answered, for ten minutes, without the room (W6).
create table claim (
    account uuid not null references account (id),
    id uuid not null,
    answer text not null check (answer in ('student', 'nobody', 'nobody_here', 'limit')),
    answered_at bigint not null,
    primary key (account, id)
);

-- When the server was down (W24). Names no room and no person.
create table outage (
    from_at bigint primary key not null,
    until_at bigint not null
);

insert into account (id, login, role, password_hash, available, disabled_at, created_at)
    select id, login, role, password_hash, available, disabled_at, created_at from account_1;

insert into session (digest, account, until) select digest, account, until from session_1;

-- Until now no chat user had an account, and every account had a nickname of its own.
insert into chat_user (id, nickname) select id, nickname from chat_user_1;
insert into chat_user (id, nickname, account) select id, nickname, id from account_1;

-- A room that is held has had no counsellor before, so whoever holds it may read everything.
insert into room (id, epoch, key_digest, student, queue_no, arrived_at, active_at, counsellor, claim, taken_after,
        reads_after)
    select id, epoch, key_digest, student, queue_no, arrived_at,
        -- A room that is held was last active when it was taken; clicks are remembered for ten minutes.
        coalesce((select answered_at from claim_1
            where claim_1.account = room_1.counsellor and claim_1.id = room_1.claim), arrived_at),
        counsellor, claim, taken_after,
        case when counsellor is null then null else 0 end
    from room_1;

insert into line (room, seq, cid, sender, said_at, suite, body)
    select room, seq, cid, sender, said_at, suite, body from line_1;

insert into claim (account, id, answer, answered_at) select account, id, answer, answered_at from claim_1;

-- The last moment at which the server is known to have been alive, so that no room ends because of this update; 0 when
-- nothing has ever happened.
insert into counter (name, value)
    select 'alive', coalesce(max(known.at), 0)
    from (
        select max(said_at) as at from line_1
        union all select max(arrived_at) from room_1
        union all select max(answered_at) from claim_1
    ) as known;
insert into counter (name, value) values ('sweep_asked', 0), ('sweep_done', 0), ('sweep_erased', 0);

drop table line_1;
drop table claim_1;
drop table session_1;
drop table room_1;
drop table chat_user_1;
drop table account_1;

create index session_of_account on session (account);
-- Nobody else can have a registered person's nickname, in either form (U3).
create unique index chat_user_folded_first on chat_user (folded_first) where account is not null;
create unique index chat_user_skeleton_first on chat_user (skeleton_first) where account is not null;
create index room_waiting on room (queue_no) where counsellor is null;
create index room_of_counsellor on room (counsellor) where counsellor is not null;
create index past_turn_of_counsellor on past_turn (counsellor);
create index claim_by_time on claim (answered_at);
