// Dialogs on the browser's own <dialog>: it traps the focus, closes by Escape and gives the focus back.
import { html, render, useEffect, useRef, useState } from '../html.js';
import { Trouble } from './panel.js';

/** `<${Dialog} title="Cancel job 901" onClose=${…}>…<//>`; `onClose` is told once it is closed by whatever way. */
export function Dialog({ title, onClose, children, class: name }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus();
      }
    };
  }, []);
  return html`<dialog ref=${box} class=${name} aria-label=${title} onClose=${onClose}
    onClick=${event => (event.target === box.current || event.target.closest('a[href]:not([target])')) && box.current.close()}>
    <div class="dialog-body">
      <header><h2>${title}</h2><button type="button" class="plain close" aria-label="Close"
        onClick=${() => box.current.close()}>✕</button></header>
      ${children}
    </div></dialog>`;
}

/**
 * Shows a dialog from anywhere. `body` is a component that gets `close(value)`.
 * @template T
 * @param {string} title @param {(props: { close: (value?: T) => void }) => any} body
 * @returns {Promise<T | undefined>} What it was closed with; undefined when it was dismissed.
 */
export function show(title, body, props = {}) {
  return new Promise(resolve => {
    const host = document.createElement('div');
    document.body.append(host);
    let value;
    const close = given => {
      value = given;
      host.querySelector('dialog').close();
    };
    const done = () => {
      render(null, host);
      host.remove();
      resolve(value);
    };
    render(html`<${Dialog} title=${title} onClose=${done} class=${props.class}><${body} close=${close} ...${props} /><//>`, host);
  });
}

/**
 * Asks, then does; what the server refuses is shown in the dialog, and the person may try again.
 * @param {{ title: string, text?: any, action: string, danger?: boolean, does: (fields: Record<string, string>) => Promise<any>,
 *   fields?: { name: string, label: string, value?: string, type?: string, hint?: string, options?: [string, string][] }[],
 *   must?: string, curl?: any }} question `must` is what has to be typed first.
 * @returns {Promise<any>} What `does` gave; undefined when it was not done.
 */
export const ask = question => show(question.title, Question, { question });

function Question({ close, question: { text, action, danger, does, fields = [], must, curl } }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const [typed, setTyped] = useState('');
  async function submit(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      close(await does(values) ?? true);
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  }
  return html`<form class="question" onSubmit=${submit}>
    ${text ? html`<div class="text">${text}</div>` : ''}
    ${fields.map(field => html`<${Field} key=${field.name} ...${field} />`)}
    ${must ? html`<label>Type <b>${must}</b> to go on<input autocomplete="off" value=${typed}
      onInput=${e => setTyped(e.target.value)} /></label>` : ''}
    ${error ? html`<${Trouble} error=${error} />` : ''}
    <footer>${curl ?? ''}<span class="grow"></span>
      <button type="button" onClick=${() => close()}>Leave it</button>
      <button type="submit" class=${danger ? 'danger' : 'primary'} disabled=${busy || (must !== undefined
        && typed !== must)}>${action}</button>
    </footer></form>`;
}

/** A labelled field that keeps its own text: live data never touches it. */
export function Field({ name, label, value = '', type = 'text', hint, options, rows = 6 }) {
  return html`<label class=${type === 'checkbox' ? 'check' : ''}>
    ${type === 'checkbox' ? html`<input type="checkbox" name=${name} defaultChecked=${Boolean(value)} />` : ''}<span>${label}</span>
    ${options ? html`<select name=${name}>${options.map(([one, said]) => html`<option
      value=${one} selected=${one === value}>${said}</option>`)}</select>`
      : type === 'textarea' ? html`<textarea name=${name} rows=${rows} spellcheck=${false} defaultValue=${value}></textarea>`
        : type === 'checkbox' ? '' : html`<input name=${name} type=${type} defaultValue=${value} autocomplete="off" />`}
    ${hint ? html`<small class="quiet">${hint}</small>` : ''}</label>`;
}
