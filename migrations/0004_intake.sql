-- The intake: a questionnaire that grows from its profile, with its answers sealed.
--
-- What is called `sealed` opens with a key that lies here only sealed itself: under the key in the student's tab, under
-- their return code, or under what they share with their counsellor; none of the three is kept. Readable are the tree,
-- the definition's own words, and which modules are skipped.
-- One portable set for both databases: uuid, bigint and text alone.

create table intake_session (
    id uuid primary key not null,
    -- Of the key in the tab, as `room.key_digest` is: a room and an intake of one tab belong together without a link.
    key_digest text unique,
    key_sealed text,
    code_digest text unique,
    code_sealed text,
    share_digest text unique,
    share_sealed text,
    -- Which definition the tree has grown from.
    definition text not null,
    -- The node to go on from.
    at_node text,
    -- Counts the changes, so that of two at once the later one starts from the earlier.
    revision bigint not null,
    modified bigint not null
);
create index intake_session_by_modified on intake_session (modified);

create table intake_profile_answer (
    session uuid not null references intake_session (id) on delete cascade,
    question text not null,
    sealed text not null,
    primary key (session, question)
);

-- Path enumeration and adjacency list in one: three digits for each level, so that texts sort as the document reads.
create table intake_tree (
    session uuid not null references intake_session (id) on delete cascade,
    path text not null,
    parent text,
    depth bigint not null,
    kind text not null check (kind in ('item', 'module')),
    node text not null,
    -- The definition's; what a student has typed is sealed instead.
    title text,
    title_sealed text,
    primary key (session, path)
);

create table intake_module (
    session uuid not null references intake_session (id) on delete cascade,
    path text not null,
    asks text,
    description text,
    decision text check (decision in ('yes', 'no', 'later')),
    primary key (session, path)
);

create table intake_item (
    session uuid not null references intake_session (id) on delete cascade,
    path text not null,
    statement text not null,
    fixed text check (fixed in ('low', 'medium', 'high')),
    -- The answer, and how much a concern weighs.
    sealed text,
    primary key (session, path)
);

create table intake_action_plan (
    session uuid not null references intake_session (id) on delete cascade,
    -- Made by the page that wrote it.
    id uuid not null,
    nth bigint not null,
    -- To which concern it belongs too: that it is one is an answer.
    sealed text not null,
    primary key (session, id)
);

-- What opens the intake for the counsellor of a room, sealed by the student's page.
alter table room add column intake text;
