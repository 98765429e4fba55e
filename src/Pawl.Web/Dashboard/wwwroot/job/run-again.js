// A new job from one that there is, with another payload if need be.
import { api, part } from '../api.js';
import { html, useState } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Trouble } from '../parts/panel.js';
import { can } from '../session.js';
import { useData } from '../store.js';
import { write } from '../json.js';
import { PayloadEditor } from './payload.js';

/** Asked of the ledger: what to do again. */
const FORCES = [['none', 'only what is not done yet'], ['failed', 'also what failed'], ['all', 'everything']];

export function RunAgainDialog({ close, job, once }) {
  const type = useData(`types/${part(job.type)}`);
  const [payload, setPayload] = useState(job.payload);
  const [fields, setFields] = useState({ queue: job.queue, priority: '', force: 'none' });
  const [fault, setFault] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const body = {
    ...(write(payload) === write(job.payload) ? {} : { payload }),
    ...(fields.queue && fields.queue !== job.queue ? { queue: fields.queue } : {}),
    ...(fields.priority === '' ? {} : { priority: Number(fields.priority) }),
    ...(fields.force === 'none' ? {} : { force: fields.force }),
  };
  const path = `jobs/${job.id}/run-again`;
  const set = name => event => setFields({ ...fields, [name]: event.target.value });
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      close(await api(path, { method: 'POST', body, once }));
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  }
  return html`<form class="question" onSubmit=${submit}>
    <p class="quiet">A new job; what is left as it is, is copied. The unique key is not.</p>
    ${type.loading ? '' : html`<${PayloadEditor} schema=${type.data?.payload_schema} payload=${job.payload}
      onPayload=${(next, wrong) => { setFault(wrong); if (!wrong) { setPayload(next); } }} />`}
    <div class="row-of"><label>Queue<input name="queue" value=${fields.queue} onInput=${set('queue')} autocomplete="off" /></label>
      <label>Priority<input name="priority" type="number" value=${fields.priority} placeholder=${`as scored (was ${job.priority})`}
        onInput=${set('priority')} /></label>
      ${can('force') ? html`<label>Items<select name="force" value=${fields.force} onChange=${set('force')}>
        ${FORCES.map(([value, says]) => html`<option value=${value}>${says}</option>`)}</select></label>` : ''}</div>
    ${fault ? html`<p class="bad" role="alert">${fault}</p>` : ''}${error ? html`<${Trouble} error=${error} />
      ${(error.problem.errors ?? []).map(one => html`<p class="bad small"><code>${one.pointer}</code> ${one.message}</p>`)}` : ''}
    <footer><${Curl} path=${path} method="POST" body=${body} /><span class="grow"></span><button type="button" onClick=${
      () => close()}>Leave it</button>
      <button type="submit" class="primary" disabled=${busy || fault !== null}>Run again</button></footer></form>`;
}
