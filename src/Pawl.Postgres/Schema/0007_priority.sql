-- Lists in the order of priority: the shape of a job says with which priority it was made, and in which line. These are the few that were
-- given another since.
alter table pawl.job_state add column moved boolean not null default false;

update pawl.job_state t
set moved = true
from pawl.job j join pawl.shape s on s.id = j.shape_id
where j.id = t.id and (t.priority <> s.priority or t.line_id <> s.line_id);

create index job_state_moved on pawl.job_state (priority, id) where moved;
