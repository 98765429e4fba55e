// One tab of a browser speaks for all. Tabs tell each other every second that they live; a tab that is looked at leads, and when it
// is closed or hidden it says so, so that the next one goes on at once. One that dies without a word is missed after 2.5 s.
// BroadcastChannel works on plain http too, where Web Locks do not.

const BEAT = 1000;
const SILENCE = 2500;
const LISTEN = 200;

/**
 * @param {string} name One per mount.
 * @param {{ mayLead: () => boolean, wants: () => any, onLead: (leads: boolean) => void, onWants: () => void,
 *   onMessage: (message: any) => void }} tab
 */
export function joinTabs(name, tab) {
  const channel = new BroadcastChannel(name);
  const me = `${Date.now().toString(36).padStart(9, '0')}-${Math.random().toString(36).slice(2, 10)}`;
  const others = new Map();
  let leads = false;
  let began = performance.now();

  const tell = () => channel.postMessage({ kind: 'here', from: me, leads, mayLead: tab.mayLead(), wants: tab.wants() });

  function lead(now) {
    if (leads !== now) {
      leads = now;
      tab.onLead(now);
      tell();
    }
  }

  function decide() {
    const at = performance.now();
    for (const [id, other] of others) {
      if (at - other.at > SILENCE && !(other.frozen && !other.leads)) {
        others.delete(id);
        tab.onWants();
      }
    }
    if (!tab.mayLead()) {
      lead(false);
      return;
    }
    const able = [...others.entries()].filter(([, other]) => other.mayLead);
    const ahead = able.find(([id, other]) => other.leads && (!leads || id < me));
    if (ahead) {
      lead(false);
    } else if (!leads && at - began > LISTEN && able.every(([id]) => me < id)) {
      lead(true);
    }
  }

  channel.onmessage = ({ data }) => {
    if (data.kind === 'here') {
      const known = others.get(data.from);
      others.set(data.from, { at: performance.now(), leads: data.leads, mayLead: data.mayLead, wants: data.wants });
      if (!known) {
        tell();
      }
      if (!known || JSON.stringify(known.wants) !== JSON.stringify(data.wants) || known.mayLead !== data.mayLead) {
        tab.onWants();
      }
      decide();
    } else if (data.kind === 'gone') {
      others.delete(data.from);
      tab.onWants();
      decide();
    } else {
      tab.onMessage(data);
    }
  };

  const beat = setInterval(() => {
    tell();
    decide();
  }, BEAT);
  setTimeout(decide, LISTEN + 20);
  tell();

  addEventListener('pagehide', () => {
    lead(false);
    channel.postMessage({ kind: 'gone', from: me });
  });
  addEventListener('pageshow', event => {
    if (event.persisted) {
      began = performance.now();
      tell();
      setTimeout(decide, LISTEN + 20);
    }
  });

  return {
    /** Something about this tab has changed. */
    changed() {
      tell();
      decide();
    },
    /** @param {any} message To all other tabs. */
    send: message => channel.postMessage(message),
    /** What all tabs that are looked at want, ours too. */
    wants: () => [tab.wants(), ...[...others.values()].filter(other => other.mayLead).map(other => other.wants)],
    get leads() {
      return leads;
    },
    stop() {
      clearInterval(beat);
      channel.close();
    },
  };
}
