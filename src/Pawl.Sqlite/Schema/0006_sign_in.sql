-- Browsers that are signed in, and codes that sign one in once. Of a secret only its hash is kept, as of keys.
create table sign_in (
    hash       blob primary key,
    kind       text not null,
    key_hash   blob not null,          -- of the key it came from, and ends with
    role       text not null,
    expires_at integer not null
) strict, without rowid;

create index sign_in_expires on sign_in (expires_at);
create index sign_in_key on sign_in (key_hash, kind, expires_at);

-- How many runnable jobs waited at each priority, looked at once a minute. Line 0 says that the minute was looked at.
create table depth_minute (
    minute  integer not null,
    line_id integer not null,
    parts   text not null,
    primary key (minute, line_id)
) strict, without rowid;
