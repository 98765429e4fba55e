// Light or dark, as chosen here or as the system prefers.
import { remember } from './session.js';

/** `light` or `dark`, whichever is shown. */
export const theme = () => document.documentElement.dataset.theme
  ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** @param {'light' | 'dark' | null} wanted Null for what the system prefers. */
export function setTheme(wanted) {
  if (wanted) {
    document.documentElement.dataset.theme = wanted;
  } else {
    delete document.documentElement.dataset.theme;
  }
  remember('theme', wanted);
}
