-- Lists in the order of priority. Most jobs have the usual one, and are found by their numbers.
create index job_priority on job (priority, id) where priority <> 0;
