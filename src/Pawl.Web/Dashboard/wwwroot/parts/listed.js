// What the stream says of one thing, laid over the list that holds it.

/**
 * For `apply` of `useData` over a list: `useData('queues', { topics: 'queues', apply: listed(queue => queue.name) })`.
 * @param {(thing: any) => string} idOf
 */
export const listed = idOf => (list, { data }) => {
  const id = data.removed ?? idOf(data);
  const others = list.items.filter(one => idOf(one) !== id);
  const items = data.removed !== undefined ? others
    : others.length === list.items.length ? [...others, data]
      : list.items.map(one => (idOf(one) === id ? data : one));
  return { ...list, items };
};

/**
 * For `apply` over one thing: what is said of others leaves it as it is, and one that is gone is read again, which tells.
 * @param {(thing: any) => string} idOf
 */
export const only = idOf => (thing, { data }) => (data.removed === idOf(thing) ? undefined : data.removed === undefined
  && idOf(data) === idOf(thing) ? data : thing);
