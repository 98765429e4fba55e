// Priority, time, queue and tags of a job. Somebody else was faster: both are shown, and the person decides.
import { api } from '../api.js';
import { local, plain } from '../format.js';
import { html, useState } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Trouble } from '../parts/panel.js';

const EDITABLE = ['scheduled', 'blocked', 'queued'];

const tagsText = tags => Object.entries(tags).map(([tag, value]) => (value ? `${tag}=${value}` : tag)).join('\n');
const tagsOf = text => Object.fromEntries(text.split('\n').map(line => line.trim()).filter(Boolean).map(line => {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}));

const fieldsOf = job => ({
  priority: String(job.priority), queue: job.queue, run_at: job.run_at ?? '', max_attempts: String(job.max_attempts),
    tags: tagsText(job.tags),
});

/** What differs, as the request takes it. */
function changes(fields, job) {
  const was = fieldsOf(job);
  const body = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== was[name]) {
      body[name] = name === 'tags' ? tagsOf(value) : name === 'queue' ? value : name === 'run_at' ? (value || null) : Number(value);
    }
  }
  return body;
}

const NAMES = { priority: 'Priority', queue: 'Queue', run_at: 'Due at', max_attempts: 'Attempts', tags: 'Tags, one a line: name=value' };

export function EditDialog({ close, job }) {
  const [base, setBase] = useState(job);
  const [fields, setFields] = useState(fieldsOf(job));
  const [error, setError] = useState(null);
  const [theirs, setTheirs] = useState(null);
  const [busy, setBusy] = useState(false);
  const open = EDITABLE.includes(base.state);
  const body = changes(fields, base);
  const path = `jobs/${job.id}`;
  const request = { method: 'PATCH', body, ifMatch: base.row_version };
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      close(await api(path, request));
      return;
    } catch (fault) {
      if (fault.code === 'row_version_mismatch') {
        setTheirs(await api(path).catch(() => null));
      } else {
        setError(fault);
      }
    }
    setBusy(false);
  }
  const names = ['priority', 'queue', 'run_at', 'max_attempts'].filter(name => open && !(name === 'run_at' && base.state === 'blocked'));
  const field = name => html`<label key=${name}>${NAMES[name]}<input name=${name} value=${fields[name]} autocomplete="off"
    type=${name === 'priority' || name === 'max_attempts' ? 'number' : 'text'} onInput=${event => setFields({ ...fields,
      [name]: event.target.value })} />
    ${name === 'run_at' ? html`<small class="quiet">with its zone, such as 2026-11-23T00:00:00Z; the past means now</small>` : ''}</label>`;
  return html`<form class="question" onSubmit=${submit}>
    ${open ? '' : html`<p class="quiet">It is ${base.state}: only its tags can be changed.</p>`}
    <div class="fields">${names.map(field)}</div>
    <label>${NAMES.tags}<textarea name="tags" rows="3" spellcheck=${false} value=${fields.tags}
      onInput=${event => setFields({ ...fields, tags: event.target.value })}></textarea></label>
    ${theirs ? html`<div class="notice" role="alert"><strong>Changed meanwhile</strong>
      <table class="table"><thead><tr><td></td><th scope="col">Now</th><th scope="col">Yours</th></tr></thead><tbody>
        ${theirs.state === base.state ? '' : html`<tr><th scope="row">State</th><td>${theirs.state}</td><td>was ${base.state}</td></tr>`}
        ${Object.entries(fieldsOf(theirs)).filter(([name, value]) => value !== fields[name] || value !== fieldsOf(base)[name])
          .map(([name, value]) => html`<tr key=${name}><th scope="row">${NAMES[name].split(',')[0]}</th><td>${plain(name === 'run_at'
            ? local(value) : value)}</td>
            <td>${plain(fields[name] === fieldsOf(base)[name] ? 'unchanged' : fields[name])}</td></tr>`)}</tbody></table>
      <p class="row-of"><button type="button" onClick=${() => {
        const mine = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== fieldsOf(base)[name]));
        setFields({ ...fieldsOf(theirs), ...mine });
        setBase(theirs);
        setTheirs(null);
      }}>Keep mine, on top of it</button><button type="button" onClick=${() => {
        setFields(fieldsOf(theirs));
        setBase(theirs);
        setTheirs(null);
      }}>Take what is there</button></p></div>` : ''}
    ${error ? html`<${Trouble} error=${error} />` : ''}
    <footer><${Curl} path=${path} ...${request} /><span class="grow"></span><button type="button" onClick=${() => close()}>Leave it</button>
      <button type="submit" class="primary" disabled=${busy || theirs !== null
        || Object.keys(body).length === 0}>Change it</button></footer></form>`;
}
