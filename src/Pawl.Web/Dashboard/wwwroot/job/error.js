// What went wrong, and where: the stack is folded to the frames that are not of the framework.
import { link, part } from '../api.js';
import { plain, words } from '../format.js';
import { html } from '../html.js';
import { CopyButton } from '../parts/copy.js';
import { Ago } from '../parts/time.js';

const FOREIGN = /^\s*at (?:System|Microsoft|Pawl\.(?:Running|Hosting|Web))\.|^--- End of /;

/** Lines of a stack, runs of foreign ones together. @param {string} stack */
function folded(stack) {
  const groups = [];
  for (const line of stack.split('\n')) {
    const foreign = FOREIGN.test(line);
    if (foreign && groups.at(-1)?.foreign) {
      groups.at(-1).lines.push(line);
    } else {
      groups.push({ foreign, lines: [line] });
    }
  }
  return groups;
}

/** @param {{ stack: string }} props */
export const Stack = ({ stack }) => html`<div class="stack-trace mono"><${CopyButton} text=${stack} label="Copy the stack" />
  ${folded(stack).map((group, i) => (group.foreign && group.lines.length > 1
    ? html`<details key=${i}><summary>${group.lines.filter(line => !line.startsWith('---')).length} frames of the framework</summary>
      ${group.lines.map(line => html`<div>${plain(line)}</div>`)}</details>`
    : html`<div key=${i} class=${group.foreign ? 'quiet' : ''}>${plain(group.lines[0])}</div>`))}</div>`;

/** @param {{ error: any }} props As in a job or an attempt; only the latter has the stack. */
export const ErrorFacts = ({ error }) => html`<div class="error-facts">
  <p class="message">${plain(error.message)}</p>
  ${error.detail ? html`<pre>${plain(error.detail)}</pre>` : ''}
  <p class="quiet row-of"><span>${words(error.category)}</span>${error.code ? html`<code>${plain(error.code)}</code>` : ''}
    ${error.exception ? html`<span>${plain(error.exception)}</span>` : ''}
    ${error.http_status ? html`<span>HTTP ${error.http_status}</span>` : ''}${error.exit_code === null ? '' : html`<span>exit ${
      error.exit_code}</span>`}
    <span>${words(error.disposition)} by <code>${plain(error.rule ?? 'default')}</code></span><${Ago} time=${error.occurred_at} />
    ${error.fingerprint ? html`<a href=${link(`failures/${part(error.fingerprint)}`)}>all like this</a>` : ''}</p>
  ${error.stack ? html`<${Stack} stack=${error.stack} />` : ''}</div>`;
