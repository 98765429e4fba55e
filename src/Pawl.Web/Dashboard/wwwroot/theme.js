// Runs before the first paint: a chosen theme is there without a flash of the other.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('pawl.theme');
    if (theme === 'light' || theme === 'dark') {
      root.dataset.theme = theme;
    }
    if (localStorage.getItem('pawl.density') === 'roomy') {
      root.dataset.density = 'roomy';
    }
  } catch {
    // A browser that keeps nothing shows what its system prefers.
  }
})();
