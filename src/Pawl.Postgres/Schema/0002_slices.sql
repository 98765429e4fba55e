-- The tables that have a row for each job, however plain it is, are cut into slices of numbers, which the program makes ahead and drops
-- whole. What must be kept longer than its slice is moved to the tables below the first of them; numbers that no slice was made for go to
-- the rest.
create table pawl.slice (
    id integer generated always as identity primary key,
    lo bigint not null unique,
    hi bigint not null,      -- the first number of the next
    check (lo < hi)
);

create table pawl.job_kept partition of pawl.job for values from (minvalue) to (1);
create table pawl.done_kept partition of pawl.done for values from (minvalue) to (1);
create table pawl.job_end_kept partition of pawl.job_end for values from (minvalue) to (1);
create table pawl.job_rest partition of pawl.job default;
create table pawl.done_rest partition of pawl.done default;
create table pawl.job_end_rest partition of pawl.job_end default;
