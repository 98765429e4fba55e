// Every page: its address, its name, its key after `g`, and what draws it. The server reads the addresses here too.
import { ApiDocs } from './views/api-docs.js';
import { Dataset } from './views/dataset.js';
import { Failure } from './views/failure.js';
import { Failures } from './views/failures.js';
import { Items } from './views/items.js';
import { Job } from './views/job.js';
import { Jobs } from './views/jobs.js';
import { Overview } from './views/overview.js';
import { Queue } from './views/queue.js';
import { Queues } from './views/queues.js';
import { Recovery } from './views/recovery.js';
import { Settings } from './views/settings.js';
import { Type } from './views/type.js';
import { Types } from './views/types.js';
import { Worker } from './views/worker.js';
import { Workers } from './views/workers.js';

/**
 * `at` is the address below the mount (`:name` is any part); `rail` is its icon there, and only pages that have one stand in the rail;
 * `key` is its letter after `g`; `title` makes the name of one thing's page from the parts of its address.
 * @typedef {{ at: string, view: any, name: string, title?: (params: Record<string, string>) => string, rail?: string, key?: string }} Page
 */

/** @type {Page[]} In the order of the rail. */
export const pages = [
  { at: '', view: Overview, name: 'Overview', rail: 'overview', key: 'o' },
  { at: 'jobs', view: Jobs, name: 'Jobs', rail: 'jobs', key: 'j' },
  { at: 'jobs/:id', view: Job, name: 'Job', title: params => `Job ${params.id}` },
  { at: 'failures', view: Failures, name: 'Failures', rail: 'failures', key: 'f' },
  { at: 'failures/:fingerprint', view: Failure, name: 'Failure', title: ({ fingerprint }) => `${fingerprint} · Failures` },
  { at: 'queues', view: Queues, name: 'Queues', rail: 'queues', key: 'q' },
  { at: 'queues/:name', view: Queue, name: 'Queue', title: ({ name }) => `${name} · Queues` },
  { at: 'types', view: Types, name: 'Types', rail: 'types', key: 't' },
  { at: 'types/:type', view: Type, name: 'Type', title: ({ type }) => `${type} · Types` },
  { at: 'workers', view: Workers, name: 'Workers', rail: 'workers', key: 'k' },
  { at: 'workers/:id', view: Worker, name: 'Worker', title: ({ id }) => `${id} · Workers` },
  { at: 'recovery', view: Recovery, name: 'Recovery', rail: 'recovery', key: 'r' },
  { at: 'items', view: Items, name: 'Items', rail: 'items', key: 'i' },
  { at: 'items/:dataset', view: Dataset, name: 'Items', title: ({ dataset }) => `${dataset} · Items` },
  { at: 'settings', view: Settings, name: 'Settings', rail: 'settings' },
  { at: 'api-docs', view: ApiDocs, name: 'API', rail: 'api' },
];
