// The title names the state and the page: ● 17 failed · Jobs · Pawl.
let page = '';
let state = '';

const write = () => {
  document.title = [state, page, 'Pawl'].filter(Boolean).join(' · ');
};

/** @param {string} name */
export function setPageTitle(name) {
  page = name;
  write();
}

/** @param {string} said Such as `● 17 failed`; empty for nothing. */
export function setStateTitle(said) {
  if (state !== said) {
    state = said;
    write();
  }
}
