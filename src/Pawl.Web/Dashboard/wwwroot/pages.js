// Every page: its address, its name, its key after `g`, and what draws it. The same addresses as in PageAddresses.cs.
import { Settings } from './views/settings.js';

/**
 * `at` is the address below the mount (`:name` is any part); `rail` is its icon there, and only pages that have one stand in the rail;
 * `key` is its letter after `g`; `title` makes the name of one thing's page from the parts of its address.
 * @typedef {{ at: string, view: any, name: string, title?: (params: Record<string, string>) => string, rail?: string, key?: string }} Page
 */

/** @type {Page[]} In the order of the rail. */
export const pages = [
  { at: 'settings', view: Settings, name: 'Settings', rail: 'settings' },
];
