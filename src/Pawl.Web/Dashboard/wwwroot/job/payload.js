// A payload to edit: fields from the type's schema where it is flat, or JSON as it is; numbers keep their spelling.
import { html, useEffect, useState } from '../html.js';
import { Exact, parse, write } from '../json.js';

const SIMPLE = ['string', 'integer', 'number', 'boolean'];

const kind = schema => [].concat(schema?.type ?? []).find(type => type !== 'null');

/** The fields of a flat schema; null when it is not flat. */
function fieldsOf(schema, payload) {
  const members = schema?.properties && Object.entries(schema.properties);
  const known = payload === null || (typeof payload === 'object' && !Array.isArray(payload)
    && Object.entries(payload).every(([name, value]) => schema?.properties?.[name] && (value === null || typeof value !== 'object'
      || value instanceof Exact)));
  return members?.length && known && members.every(([, one]) => SIMPLE.includes(kind(one)))
    ? members.map(([name, one]) => ({ name, type: kind(one), options: one.enum, optional: [].concat(one.type).includes('null') })) : null;
}

/**
 * @param {{ schema: any, payload: any, onPayload: (payload: any, fault: string | null) => void }} props `onPayload` is told what it is
 *   now, or what is wrong with it.
 */
export function PayloadEditor({ schema, payload, onPayload }) {
  const fields = fieldsOf(schema, payload);
  const [asJson, setAsJson] = useState(fields === null);
  const [text, setText] = useState(write(payload, 2));
  const [value, setValue] = useState(payload);
  const json = next => {
    setText(next);
    try {
      const read = parse(next);
      setValue(read);
      onPayload(read, null);
    } catch (fault) {
      onPayload(undefined, `This is no JSON: ${fault.message}`);
    }
  };
  useEffect(() => {
    if (fields === null) {
      setAsJson(true);
    }
  }, [fields === null]);
  const set = (name, next) => {
    const whole = { ...(value ?? {}), [name]: next };
    if (next === undefined) {
      delete whole[name];
    }
    setValue(whole);
    setText(write(whole, 2));
    onPayload(whole, null);
  };
  return html`<fieldset class="payload"><legend>Payload ${fields ? html`<button type="button" class="plain link" aria-pressed=${asJson}
      onClick=${() => setAsJson(!asJson)}>${asJson ? 'as a form' : 'as JSON'}</button>` : ''}</legend>
    ${asJson || fields === null
      ? html`<textarea name="payload" rows=${Math.min(16, text.split('\n').length + 1)} spellcheck=${false} aria-label="Payload as JSON"
        value=${text}
        onInput=${event => json(event.target.value)}></textarea>`
      : fields.map(field => html`<${One} key=${field.name} field=${field} value=${value?.[field.name]} onValue=${next => set(field.name,
        next)} />`)}</fieldset>`;
}

function One({ field: { name, type, options, optional }, value, onValue }) {
  const number = text => (text.trim() === '' ? (optional ? null : undefined) : new Exact(text.trim()));
  if (type === 'boolean') {
    return html`<label class="check"><input type="checkbox" name=${name} checked=${value === true} onChange=${
      event => onValue(event.target.checked)} /><span>${name}</span></label>`;
  }
  return html`<label>${name}${options ? html`<select name=${name} value=${value ?? ''} onChange=${event => onValue(event.target.value
    || undefined)}>
      <option value=""></option>${options.map(one => html`<option value=${String(one)}>${String(one)}</option>`)}</select>`
    : html`<input name=${name} inputmode=${type === 'string' ? 'text' : 'decimal'} value=${value === null || value === undefined ? ''
      : String(value)} autocomplete="off"
      onInput=${event => onValue(type === 'string' ? (event.target.value === '' && optional ? null : event.target.value)
        : number(event.target.value))} />`}</label>`;
}
