// The few names that every view needs: elements, hooks, and how a component is told something that is no attribute.
import { h, render, Fragment, Component, createContext } from './vendor/preact.js';
import {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId, useErrorBoundary,
} from './vendor/hooks.js';
import htm from './vendor/htm.js';

export const html = htm.bind(h);

/**
 * Sets custom properties through the CSSOM, which a strict policy allows; `ref=${vars({ '--part': '40%' })}`.
 * @param {Record<string, string | number>} values
 */
export const vars = values => element => {
  if (element) {
    for (const [name, value] of Object.entries(values)) {
      element.style.setProperty(name, String(value));
    }
  }
};

/** Class names, without those that are false. @param {...(string|false|null|undefined)} names */
export const classes = (...names) => names.filter(Boolean).join(' ');

export {
  h, render, Fragment, Component, createContext,
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId, useErrorBoundary,
};
