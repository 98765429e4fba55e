// Which topic an event of the stream is of.

// The topic of each event; those of one job have its number behind.
const TOPIC = {
  stats: 'stats', health: 'health', jobs: 'jobs', queue: 'queues', worker: 'workers', schedule: 'schedules', failure: 'failures',
  bulk: 'bulk', notice: 'notices',
};

/** Null for those of all. @param {{ name: string, data: any }} event */
export function topicOf({ name, data }) {
  switch (name) {
    case 'job':
      return `job:${data.id ?? data.removed}`;
    case 'job_event':
      return `job:${data.job_id}`;
    case 'log':
      return `log:${data.job_id}`;
    case 'token':
      return data.job_id ? `job:${data.job_id}` : 'token';
    default:
      return TOPIC[name] ?? null;
  }
}
