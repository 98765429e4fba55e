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
