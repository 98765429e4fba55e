// A drawer of jobs for other applications of the same origin:
//   <script type="module" src="…/drawer.js"></script>
//   <pawl-drawer query="tag:user.42" label="Your jobs"></pawl-drawer>
// Active jobs with state and progress, cancel and retry, the tail of a log, and a toast when one ends. The rights are those of the
// session; who has none sees nothing. Attributes: `query` (in the query language; default what lives) and `label`.
// Events: `pawl-job` (bubbles; `detail` is the job) whenever one has changed. Methods: `watch(job)` tells how that job ends, and
// `enqueue({ type, payload, … })` makes one, tells that it is queued or runs already, and then how it ends.
import { api, link } from './api.js';
import { plain } from './format.js';
import { html, render, useEffect, useRef, useState } from './html.js';
import { follow, Following, tellEnd } from './parts/following.js';
import { StateChip } from './parts/state.js';
import { toast, Toasts, tried } from './parts/toasts.js';
import { readSession, can } from './session.js';
import { collection, useCollection } from './store.js';
import { startStream, watch } from './stream.js';

const MOST = 50;
const LINES = 200;
const TOLD = 3;
const WITHIN = 2_000;
const ENDED = ['succeeded', 'failed', 'cancelled'];

let begun = null;

/** Once per page, however many drawers it has. */
const begin = () => begun ??= readSession().then(() => {
  startStream();
  return true;
}, () => false);

function Job({ job, opened, onOpen }) {
  const { fraction, message } = job.progress ?? {};
  return html`<li>
    <div class="line"><${StateChip} job=${job} />
      <a href=${link(`jobs/${job.id}`)}>${plain(job.type)}</a><span class="grow"></span>
      ${can('cancel') && !ENDED.includes(job.state) && !job.cancel_requested_at
        ? html`<button type="button" onClick=${() => command(job, 'cancel')}>Cancel</button>` : ''}
      ${can('retry') && ['failed', 'cancelled'].includes(job.state)
        ? html`<button type="button" onClick=${() => command(job, 'retry')}>Retry</button>` : ''}
      <button type="button" aria-expanded=${opened} onClick=${onOpen}>Log</button></div>
    ${fraction === undefined || fraction === null || ENDED.includes(job.state) ? ''
      : html`<progress value=${Number(fraction)} max="1" aria-label=${`Progress of ${plain(job.type)}`}></progress>`}
    ${message && !ENDED.includes(job.state) ? html`<small>${plain(message)}</small>` : ''}
    ${job.state === 'failed' && job.error ? html`<small>${plain(job.error.message)}</small>` : ''}
    ${opened ? html`<${Log} id=${job.id} />` : ''}</li>`;
}

async function command(job, verb) {
  const after = await tried(api(`jobs/${job.id}/${verb}`, { method: 'POST' }), plain(job.type));
  if (after && verb === 'cancel' && !ENDED.includes(after.state)) {
    toast('Stopping…', { href: `jobs/${job.id}`, key: `job-${job.id}` });
  }
}

// Numbers are texts: the longer one is the greater.
const newestFirst = (a, b) => b.id.length - a.id.length || (b.id > a.id ? 1 : -1);

let told = [];

/** More than a few ends at a time nobody can read, and each is asked about. */
function mayTell() {
  const now = Date.now();
  told = [...told.filter(time => now - time < WITHIN), now];
  return told.length <= TOLD;
}

/** Of a job that has left the list: it may have ended, or be of another query now. */
const tellGone = id => mayTell() && api(`jobs/${id}`).then(job => (ENDED.includes(job.state) ? tellEnd(job) : undefined), () => {});

function Log({ id }) {
  const [lines, set] = useState([]);
  const box = useRef(null);
  useEffect(() => watch(`log:${id}`, event => {
    if (event.name === 'log') {
      set(old => [...old, ...event.data.items].slice(-LINES));
    }
  }), [id]);
  useEffect(() => {
    box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return html`<pre ref=${box} tabindex="0" aria-label="Log">${lines.length === 0 ? 'No line yet.'
    : lines.map(line => `${plain(line.message)}\n`).join('')}</pre>`;
}

function Drawer({ host, query, label }) {
  const [jobs] = useState(() => collection(job => job.id));
  const [opened, setOpened] = useState(null);
  const [known, setKnown] = useState(false);
  useCollection(jobs);
  useEffect(() => {
    const read = async () => {
      const page = await tried(api('jobs', { query: { query: query || 'state:live', limit: MOST } }));
      if (page) {
        jobs.set(page.items);
        setKnown(true);
      }
    };
    read();
    return watch(['jobs', 'notices'], event => {
      if (event.name === 'reset') {
        read();
      } else if (event.name === 'jobs') {
        for (const job of event.data.upserts) {
          // The stream may tell of other jobs too, when another tab asks for them.
          if (event.exact || jobs.has(job.id)) {
            const before = jobs.get(job.id);
            host.changed(job, before);
            jobs.put(job);
            if (before && !ENDED.includes(before.state) && ENDED.includes(job.state) && mayTell()) {
              tellEnd(job);
            }
          }
        }
        const gone = event.data.removed.filter(id => jobs.has(id) && !ENDED.includes(jobs.get(id).state));
        event.data.removed.forEach(jobs.remove);
        gone.forEach(tellGone);
      } else if (event.name === 'notice' && event.data.kind === 'notice' && jobs.has(event.data.job_id)) {
        toast(event.data.title, { href: `jobs/${event.data.job_id}`, key: `job-${event.data.job_id}` });
      }
    }, { query: query || 'state:live' });
  }, [query]);
  const all = jobs.all().sort(newestFirst).slice(0, MOST);
  if (jobs.size > 4 * MOST) {
    jobs.set(all);
  }
  return html`<section aria-label=${label}><h2>${label}</h2>
    ${known && all.length === 0 ? html`<p>Nothing runs.</p>` : ''}
    <ul>${all.map(job => html`<${Job} key=${job.id} job=${job} opened=${opened === job.id}
      onOpen=${() => setOpened(opened === job.id ? null : job.id)} />`)}</ul></section><${Following} /><${Toasts} />`;
}

class PawlDrawer extends HTMLElement {
  static observedAttributes = ['query', 'label'];

  async connectedCallback() {
    if (!this.shadowRoot) {
      // A style sheet of ours in a tree of its own: neither side's styles touch the other's.
      const sheet = document.createElement('link');
      sheet.rel = 'stylesheet';
      sheet.href = new URL('style.css', import.meta.url).href;
      const body = document.createElement('div');
      body.className = 'pawl-drawer';
      this.attachShadow({ mode: 'open' }).append(sheet, body);
      this.body = body;
    }
    if (await begin() && this.isConnected) {
      this.draw();
    } else {
      this.hidden = true;
    }
  }

  disconnectedCallback() {
    render(null, this.body);
  }

  attributeChangedCallback() {
    if (this.body && begun) {
      this.draw();
    }
  }

  /**
   * Tells how a job ends, although the list may not show it. Of what `POST api/jobs` replied it also tells whether the job is new.
   * @param {string | any} job Its number, or that reply.
   */
  watch(job) {
    begin().then(known => known && follow(job));
  }

  /**
   * Makes a job and tells what becomes of it; what the server refuses is told too.
   * @param {{ type: string, payload?: any, unique_key?: string }} draft As `POST api/jobs` takes it.
   * @returns {Promise<any>} The job; undefined when it was refused.
   */
  async enqueue(draft) {
    const job = await begin() ? await tried(api('jobs', { method: 'POST', body: draft })) : undefined;
    if (job) {
      follow(job);
    }
    return job;
  }

  /** @param {any} job @param {any} before */
  changed(job, before) {
    if (before?.state !== job.state || before?.row_version !== job.row_version) {
      this.dispatchEvent(new CustomEvent('pawl-job', { detail: job, bubbles: true, composed: true }));
    }
  }

  draw() {
    const [query, label] = [this.getAttribute('query') ?? '', this.getAttribute('label') ?? 'Jobs'];
    render(html`<${Drawer} host=${this} query=${query} label=${label} />`, this.body);
  }
}

customElements.define('pawl-drawer', PawlDrawer);
