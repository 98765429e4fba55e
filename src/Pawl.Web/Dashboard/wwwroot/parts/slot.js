// A page may put something of its own into the header: `useSlot('query', html`…`)`.
import { html, useEffect, useState } from '../html.js';

const filled = new Map();
const watchers = new Set();

/** Shows something in a slot of the header for as long as the component is there. @param {'query'} name */
export function useSlot(name, content) {
  useEffect(() => {
    filled.set(name, content);
    watchers.forEach(tell => tell());
  });
  useEffect(() => () => {
    filled.delete(name);
    watchers.forEach(tell => tell());
  }, [name]);
}

export function HeaderSlot({ name, usual = '' }) {
  const [, draw] = useState(0);
  useEffect(() => {
    const tell = () => draw(n => n + 1);
    watchers.add(tell);
    tell();
    return () => watchers.delete(tell);
  }, []);
  return html`${filled.get(name) ?? usual}`;
}
