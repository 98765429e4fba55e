-- Actions on many jobs at once. 'ordered' is what was asked for, as JSON; 'reached' is where the next slice begins, downwards.
create table bulk (
    id         integer primary key,
    action     text not null,
    state      text not null,
    ordered    text not null,
    newest     integer not null,
    reached    integer,
    total      integer not null,
    changed    integer not null default 0,
    skipped    integer not null default 0,
    failed     integer not null default 0,
    errors     text not null default '[]',
    by         text,
    created_at integer not null,
    ended_at   integer
) strict;

create index bulk_running on bulk (id) where state = 'running';

-- Lists of one queue or type, by number. A job's line and number stay, so only its creation and its move to another queue write here.
create index job_line_id on job (line_id, id);
create index job_unique on job (unique_key, id) where unique_key is not null;
