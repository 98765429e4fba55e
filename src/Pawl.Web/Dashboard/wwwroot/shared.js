// What several parts of a page show at once is read and followed once.
import { api } from './api.js';
import { useEffect, useState } from './html.js';
import { slowly } from './store.js';
import { watch } from './stream.js';

/** A hook over something of the API that the stream sends whole. @returns {() => import('./store.js').Data} */
function shared(path, topic) {
  const watchers = new Set();
  const box = { data: undefined, error: null, loading: true, stale: false, at: null };
  let stop = null;
  const paint = slowly(() => watchers.forEach(tell => tell({ ...box })));
  async function reload() {
    try {
      Object.assign(box, { data: await api(path), error: null, loading: false, stale: false, at: Date.now() });
    } catch (fault) {
      Object.assign(box, { error: fault, loading: false, stale: box.data !== undefined });
    }
    paint();
  }
  const begin = () => {
    reload();
    stop = watch(topic, event => {
      if (event.name === 'reset') {
        reload();
      } else {
        Object.assign(box, { data: event.data, error: null, loading: false, stale: false, at: Date.now() });
        paint();
      }
    });
  };
  return () => {
    const [seen, set] = useState(box);
    useEffect(() => {
      watchers.add(set);
      if (stop === null) {
        begin();
      } else {
        set({ ...box });
      }
      return () => {
        watchers.delete(set);
        if (watchers.size === 0) {
          stop();
          stop = null;
        }
      };
    }, []);
    return { ...seen, reload, set: change => Object.assign(box, { data: change(box.data) }) };
  };
}

/** `/api/stats`, once a second. */
export const useStats = shared('stats', 'stats');

/** `/api/health`. */
export const useHealth = shared('health', 'health');
