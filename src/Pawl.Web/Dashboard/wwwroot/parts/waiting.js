// A notice over the page while the store has no tables yet, with the command that helps.
import { html } from '../html.js';
import { useHealth, useStats } from '../shared.js';
import { CopyButton } from './copy.js';

const COMMAND = 'pawl db migrate';

export function Waiting() {
  const [stats, health] = [useStats(), useHealth()];
  const waits = health.data?.waiting_for_schema || [stats, health].some(one => one.error?.code === 'waiting_for_schema');
  return waits ? html`<div class="notice" role="alert"><strong>The tables are not there yet.</strong>
    Pawl waits, and goes on by itself as soon as they are: <code>${COMMAND}</code> <${CopyButton} text=${COMMAND} /></div>` : '';
}
