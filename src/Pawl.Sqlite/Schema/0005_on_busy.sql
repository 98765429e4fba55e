-- What a job was to do when its concurrency key is held; null for the default, to wait.
alter table job_body add column on_busy text;
