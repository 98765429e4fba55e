// JSON without loss: a number that JavaScript would write otherwise (a 64-bit integer, 1.0, 1e400) keeps its spelling.

const MARK = '\u0000number';
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number as it was written. It can be reckoned with; shown, it is its text. */
export class Exact {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  valueOf() {
    return Number(this.text);
  }

  toString() {
    return this.text;
  }
}

/** @param {string} text @returns {any} */
export function parse(text) {
  let exact = false;
  const marked = text.replace(TOKENS, token => {
    if (token[0] === '"' || String(Number(token)) === token) {
      return token;
    }
    exact = true;
    return `{"\\u0000number":"${token}"}`;
  });
  return exact
    ? JSON.parse(marked, (_, value) => (value !== null && typeof value === 'object' && typeof value[MARK] === 'string'
      ? new Exact(value[MARK])
      : value))
    : JSON.parse(text);
}

/** The text of a value, numbers as they came. @param {any} value @param {number} [indent] */
export function write(value, indent = 0, pad = '') {
  if (value instanceof Exact) {
    return value.text;
  }
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value) ?? 'null';
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = pad + ' '.repeat(indent);
  const parts = Array.isArray(value)
    ? value.map(one => write(one, indent, inner))
    : Object.entries(value).filter(([, one]) => one !== undefined)
      .map(([name, one]) => `${JSON.stringify(name)}:${indent ? ' ' : ''}${write(one, indent, inner)}`);
  if (parts.length === 0) {
    return open + close;
  }
  return indent
    ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${pad}${close}`
    : open + parts.join(',') + close;
}
