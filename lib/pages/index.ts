export { formToken, requireFormToken, sameOriginOnly } from './csrf.js';
export type { Texts } from './locales/en.js';
export type { Brand, PagePaths, PagesOptions, TextChanges } from './options.js';
export { pagesRouter } from './router.js';
export type { DeviceEntry, Form, SettingsEntry, View, Way, WayEntry } from './view.js';
