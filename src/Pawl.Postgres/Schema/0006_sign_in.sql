-- Browsers that are signed in, and codes that sign one in once. Of a secret only its hash is kept, as of keys.
create table pawl.sign_in (
    hash       bytea primary key,
    kind       text not null,
    key_hash   bytea not null,         -- of the key it came from, and ends with
    role       text not null,
    expires_at bigint not null
);

create index sign_in_expires on pawl.sign_in (expires_at);
create index sign_in_key on pawl.sign_in (key_hash, kind, expires_at);

-- How many runnable jobs waited at each priority, looked at once a minute. Line 0 says that the minute was looked at.
create table pawl.depth_minute (
    minute  bigint not null,
    line_id integer not null,
    parts   text not null,
    primary key (minute, line_id)
);
