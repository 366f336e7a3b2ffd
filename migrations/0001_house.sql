-- The first house: staff, chat users, rooms in their queue, lines, and the clicks that were answered.
--
-- One portable set for both databases: uuid, bigint and text alone; times are Unix milliseconds (U1, W2, W6).
-- Nothing here may outlive a closed room: what belongs to a room is deleted with it, and `claim` names none.

create table account (
    id uuid primary key not null,
    login text not null unique,
    -- Shown to students; never derived from the login (U3).
    nickname text not null unique,
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

create index session_of_account on session (account);

-- Apart from accounts (U1). No account means anonymous; the kind is derived, not stored.
create table chat_user (
    id uuid primary key not null,
    nickname text not null,
    account uuid unique references account (id)
);

create table room (
    id uuid primary key not null,
    -- Random per room: a seq means nothing across epochs.
    epoch uuid not null,
    -- The digest of the student's tab credential (W21): one open room for each (W4).
    key_digest text not null unique,
    student uuid not null unique references chat_user (id),
    -- The order of arrival, and so of being taken (W6): a number, never a time.
    queue_no bigint not null unique,
    arrived_at bigint not null,
    -- Empty while waiting; then who took it, by which click, and behind which line.
    counsellor uuid references account (id),
    claim uuid,
    taken_after bigint,
    check ((counsellor is null) = (claim is null) and (counsellor is null) = (taken_after is null))
);

create index room_waiting on room (queue_no) where counsellor is null;
create index room_of_counsellor on room (counsellor) where counsellor is not null;

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
    answer text not null check (answer in ('student', 'nobody', 'limit')),
    answered_at bigint not null,
    primary key (account, id)
);

create index claim_by_time on claim (answered_at);

-- Numbers the database gives out, and what tells a running server to look again.
create table counter (
    name text primary key not null,
    value bigint not null
);

insert into counter (name, value) values ('queue', 0), ('staff', 0);
