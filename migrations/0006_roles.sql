-- Accounts are looked after in the page too, and what is done there can be looked up afterwards.
--
-- Nobody chooses a password for somebody else: an account begins with a link that is good once.
-- One portable set for both databases: uuid, bigint and text alone; times are Unix milliseconds.

-- The digest of the link, while the account has no password of its own; the link itself is never kept.
alter table account add column invited text;
alter table account add column invited_until bigint;
create unique index account_invited on account (invited) where invited is not null;

-- What staff did, with whom and when. Only ever added to: no login, no name, no address and nothing that was said.
create table audit (
    nth bigint primary key not null,
    at bigint not null,
    -- Nobody when it was done at a terminal.
    by_account uuid references account (id),
    action text not null,
    -- Whose account it was done to.
    about uuid references account (id)
);
insert into counter (name, value) values ('audit', 0);
