-- A claim that takes many fresh jobs leases them by one row here and leaves their own rows alone: most have ended before anybody asks.
-- A job of such a row that is still 'queued' with attempt 0 is running its attempt 1. Whatever looks at a job writes that out first.
create table lease (
    id         integer primary key,
    worker_id  integer not null,
    token      blob not null,
    started_at integer not null,
    jobs       blob not null   -- numbers in base 128: for each job the step from the one before to its id, twice the step to its
                               -- started_seq, plus one if it was taken ahead
) strict;

-- Such a job that just succeeds is written once: what an attempt's row would say stands in its own. All other ends have a row in attempt.
alter table job add column ended_seq integer;
alter table job add column ended_by integer;     -- the worker
alter table job add column ended_token blob;
alter table job add column run_us integer;

create view attempt_all as
select job_id, attempt, generation, worker_id, lease_token, outcome, started_at, ended_at, wait_us, run_us, error, next_run_at, rule,
    recovery, started_seq, ended_seq
from attempt
union all
select id, attempt, generation, ended_by, ended_token, 'succeeded', started_at, ended_at, max(0, started_at - run_at), run_us, null, null,
    null, null, started_seq, ended_seq
from job
where ended_seq is not null;
