// Views that somebody gave a name: kept in this browser, as the addresses they are.
import { plain } from '../format.js';
import { html, useState } from '../html.js';
import { ask } from '../parts/dialog.js';
import { Menu } from '../parts/menu.js';
import { go } from '../router.js';
import { remember, remembered } from '../session.js';

const NAME = 'jobs.views';

function read() {
  try {
    const all = JSON.parse(remembered(NAME) ?? '[]');
    return Array.isArray(all) ? all.filter(one => typeof one?.name === 'string' && typeof one?.search === 'string') : [];
  } catch {
    return [];
  }
}

/** @param {{ search: string }} props The address of what is shown now. */
export function SavedViews({ search }) {
  const [all, setAll] = useState(read);
  const keep = next => {
    remember(NAME, JSON.stringify(next));
    setAll(next);
  };
  const here = all.find(one => one.search === search);
  return html`<${Menu} label=${here ? plain(here.name) : 'Views'} title="Views kept in this browser" items=${[
    ...all.map(one => ({ says: plain(one.name), checked: one === here, does: () => go(`jobs${one.search}`) })),
    { says: 'Keep this view…', does: () => ask({
      title: 'Keep this view', action: 'Keep', fields: [{ name: 'name', label: 'Name' }],
      does: async ({ name }) => name.trim() && keep([...all.filter(one => one.name !== name.trim()), { name: name.trim(), search }]),
    }) },
    here && { says: `Forget ${plain(here.name)}`, danger: true, does: () => keep(all.filter(one => one !== here)) },
  ]} />`;
}
