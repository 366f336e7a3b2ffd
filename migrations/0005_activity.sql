-- What counsellors did and when, for honest duty sessions; and how long people wait and talk, as coarse counts.
--
-- No room, no text, no nickname and no student stands in any of these tables, nor anything that leads to one.
-- One portable set for both databases: uuid, bigint and text alone; times are Unix milliseconds.

-- The log: only ever added to (D1). In the order of arrival, which need not be the order of time.
create table activity (
    nth bigint primary key not null,
    account uuid not null references account (id),
    at bigint not null,
    kind text not null check (kind in ('desk', 'open', 'work', 'switch', 'key', 'key_cached'))
);

-- What the log comes to (D2), as far as it has been looked through: made from the log alone, and made anew when the
-- rules change. It is here so that a month can be shown without reading a month of entries.
create table duty_session (
    account uuid not null references account (id),
    started bigint not null,
    ended bigint not null,
    reply_count bigint not null,
    primary key (account, started)
);
create index duty_session_by_start on duty_session (started);

-- How far the log has been looked through, and with which expiry.
insert into counter (name, value) values ('activity_folded', 0), ('activity_expire', 0);

-- The number of the batch that was written last, so that one whose answer was lost is not written twice.
insert into counter (name, value) values ('activity_batch', 0);

-- How often somebody waited, or a conversation lasted, about so long, by the three hours of the week in which it began.
create table service_hour (
    what text not null check (what in ('wait', 'length')),
    block bigint not null check (block between 0 and 55),
    step bigint not null,
    n bigint not null,
    primary key (what, block, step)
);
