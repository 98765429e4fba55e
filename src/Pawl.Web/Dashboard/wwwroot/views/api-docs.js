// Every route of the server, as its own document says: what it takes, what it gives, the same for a shell, and a try for reading.
import { curl, mount } from '../api.js';
import { plain, plural, size } from '../format.js';
import { classes, html, useMemo, useState } from '../html.js';
import { parse, write } from '../json.js';
import { CopyButton } from '../parts/copy.js';
import { Panel } from '../parts/panel.js';
import { JsonTree } from '../parts/tree.js';
import { useParam } from '../router.js';
import { useData } from '../store.js';

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];
const DEEP = 6;

export function ApiDocs() {
  const document = useData('openapi.json');
  const [wanted, setWanted] = useParam('find');
  const [text, setText] = useState(wanted);
  return html`<div class="page-head"><h1>API</h1>
    ${document.data ? html`<span class="quiet">Pawl ${plain(document.data.info.version)}, OpenAPI ${plain(document.data.openapi)}</span>`
      : ''}
      <span class="grow"></span><input type="search" aria-label="Find a route" placeholder="Find a route" value=${text} autocomplete="off"
        spellcheck=${false}
        onInput=${event => { setText(event.target.value); setWanted(event.target.value); }} />
      <a class="button" href=${new URL('api/openapi.json', mount).href} download="pawl-openapi.json">openapi.json</a></div>
    <${Panel} label="Routes" data=${document} rows=${12} isEmpty=${() => false}>
      ${data => html`<${Routes} document=${data} find=${text.trim().toLowerCase()} />`}<//>`;
}

function Routes({ document, find }) {
  const groups = useMemo(() => grouped(document), [document]);
  const shown = groups.map(([noun, routes]) => [noun, routes.filter(route => find === '' || route.says.includes(find))]).filter(([,
    routes]) => routes.length > 0);
  return shown.length === 0 ? html`<div class="empty">No route has “${plain(find)}” in it.</div>`
    : shown.map(([noun, routes]) => html`<section class="routes" key=${noun} aria-label=${noun}><h2>${noun}</h2>
      ${routes.map(route => html`<${Route} key=${route.id} route=${route} document=${document} />`)}</section>`);
}

/** By their noun: `/api/jobs/{id}` is of `jobs`. */
function grouped({ paths }) {
  const groups = new Map();
  for (const [path, verbs] of Object.entries(paths)) {
    const parts = path.split('/').filter(Boolean);
    const noun = parts[0] === 'api' ? parts[1].replace('.json', '') : parts[0] === 'worker' ? 'worker protocol' : parts.length > 1
      ? 'as old clients call it' : 'operations';
    for (const verb of VERBS.filter(one => verbs[one])) {
      const operation = verbs[verb];
      groups.set(noun, [...(groups.get(noun) ?? []), {
        id: `${verb} ${path}`, verb, path, operation, says: `${verb} ${path} ${operation.summary}`.toLowerCase(),
      }]);
    }
  }
  return [...groups];
}

function Route({ route: { verb, path, operation }, document }) {
  const [open, setOpen] = useState(false);
  return html`<details class="route" onToggle=${event => setOpen(event.target.open)}>
    <summary><b class=${classes('verb', verb)}>${verb.toUpperCase()}</b> <code>${path}</code> <span class="quiet">
      ${plain(operation.summary)}</span></summary>
    ${open ? html`<${Detail} verb=${verb} path=${path} operation=${operation} document=${document} />` : ''}</details>`;
}

function Detail({ verb, path, operation, document }) {
  const all = operation.parameters ?? [];
  const [values, setValues] = useState({});
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  const body = content ? example(content[1].schema, document) : undefined;
  const set = name => event => setValues({ ...values, [name]: event.target.value });
  const line = curlOf(verb, path, all, values, body, content?.[0]);
  return html`<div class="route-body">
    <p>${plain(operation.description)}${operation.security?.length === 0 ? 'Open to all.' : ''}</p>
    ${all.length > 0 ? html`<div class="fields">
      ${all.map(one => html`<label key=${one.in + one.name}><span>${one.name} <span class="quiet">${one.in}${one.required ? ', needed'
        : ''}</span></span>
      <input value=${values[one.name] ?? ''} onInput=${set(one.name)} autocomplete="off" spellcheck=${false} /><small class="quiet">
        ${plain(one.description)}</small></label>`)}</div>` : ''}
    ${body !== undefined ? html`<h3>Body${operation.requestBody.required ? '' : ', may be left out'}</h3><pre class="code">
      ${write(body, 2)}</pre>` : ''}
    <h3>Answers</h3><ul class="answers">${Object.entries(operation.responses).map(([status, answer]) => html`<li key=${status}><b>
      ${status}</b> ${plain(answer.description)}${' '}
      ${Object.entries(answer.content ?? {}).map(([type, { schema }]) => html`<span class="quiet">
        ${type}${schema?.$ref ? ` · ${schema.$ref.split('/').pop()}` : ''}</span> `)}</li>`)}</ul>
    ${exampleOf(operation, document)}
    <h3>For a shell</h3><div class="code with-copy"><pre>${line}</pre><${CopyButton} text=${line} label="Copy as curl" /></div>
    ${verb === 'get' ? html`<${Try} path=${path} all=${all} values=${values} />` : ''}</div>`;
}

function exampleOf(operation, document) {
  const [status, answer] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
  const schema = answer?.content?.['application/json']?.schema;
  return schema ? html`<details class="plain"><summary>Shape of ${status}</summary><pre class="code">
    ${write(example(schema, document), 2)}</pre></details>` : '';
}

/** The address with what was filled in; what is needed and empty stays as it is written. */
function addressOf(path, all, values) {
  const filled = path.slice(1).replace(/\{([^}]+)\}/g, (whole, name) => (values[name] ? encodeURIComponent(values[name]) : whole));
  const url = new URL(filled.replaceAll('{', '%7B').replaceAll('}', '%7D'), mount);
  for (const { name } of all.filter(one => one.in === 'query' && values[one.name])) {
    url.searchParams.set(name, values[name]);
  }
  return url;
}

/** What may be an example of the body is in it; what has to be filled in yet stands as it is written. */
function curlOf(verb, path, all, values, body, type) {
  const below = addressOf(path, all, values).href.slice(mount.href.length);
  const line = curl(`../${below}`, {
    method: verb.toUpperCase(), body: type === 'application/json' ? body : undefined, headers: headersOf(all, values),
  });
  return line.replaceAll('%7B', '{').replaceAll('%7D', '}');
}

const headersOf = (all, values) => Object.fromEntries(all.filter(one => one.in === 'header' && values[one.name])
  .map(one => [one.name, values[one.name]]));

/** Asks the server and shows what came, as it came. */
function Try({ path, all, values }) {
  const [reply, set] = useState(null);
  const missing = all.filter(one => one.required && !values[one.name]).map(one => one.name);
  async function ask() {
    set({ busy: true });
    const began = performance.now();
    try {
      const got = await fetch(addressOf(path, all, values), { headers: { 'Pawl-Client': 'dashboard', ...headersOf(all, values) },
        signal: AbortSignal.timeout(35_000) });
      set({ status: got.status, type: got.headers.get('Content-Type') ?? '', id: got.headers.get('Request-Id'), text: await got.text(),
        ms: performance.now() - began });
    } catch (fault) {
      set({ fault: fault.name === 'TimeoutError' ? 'No end within 35 s: a stream goes on until it is left.'
        : 'The server does not answer.' });
    }
  }
  return html`<div class="bar"><button type="button" disabled=${missing.length > 0 || reply?.busy} onClick=${ask}>Try it</button>
      ${missing.length > 0 ? html`<span class="quiet">needs ${missing.join(', ')}</span>` : ''}
      ${reply?.status ? html`<span role="status"><b class=${reply.status < 400 ? 'good' : 'bad'}>${reply.status}</b> <span class="quiet">
        ${Math.round(reply.ms)} ms · ${
        size(reply.text.length)}${reply.id ? ` · ${plain(reply.id)}` : ''}</span></span>` : ''}</div>
    ${reply?.fault ? html`<div class="trouble" role="alert"><strong>${reply.fault}</strong></div>` : reply?.status
      ? html`<${Answer} ...${reply} />` : ''}`;
}

function Answer({ type, text }) {
  if (type.includes('json')) {
    return html`<div class="code"><${JsonTree} value=${parse(text)} open=${3} /></div>`;
  }
  return html`<pre class="code">${plain(text.slice(0, 20_000))}${text.length > 20_000
    ? `\n… ${plural(text.length - 20_000, 'character')} more` : ''}</pre>`;
}

/** Something that fits a schema. @param {any} schema @param {any} document */
function example(schema, document, deep = 0) {
  if (schema === undefined || schema === true || deep > DEEP) {
    return null;
  }
  if (schema.$ref) {
    return example(document.components.schemas[schema.$ref.split('/').pop()], document, deep + 1);
  }
  const any = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (any) {
    return example(any[0], document, deep + 1);
  }
  if (schema.example !== undefined || schema.default !== undefined || schema.const !== undefined) {
    return schema.example ?? schema.default ?? schema.const;
  }
  if (schema.enum) {
    return schema.enum[0];
  }
  switch ([].concat(schema.type)[0]) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, example(one, document, deep + 1)]));
    case 'array':
      return [example(schema.items, document, deep + 1)];
    case 'string':
      return schema.format === 'date-time' ? '2026-11-22T10:15:00.000000Z' : schema.pattern === '^[0-9]+$' ? '901' : 'text';
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return false;
    default:
      return null;
  }
}
