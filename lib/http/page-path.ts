/** Whether it is a path of this origin, as the options that name a page take it: no query, no other host (security.md R-113). */
export const isPagePath = (value: unknown): value is string =>
  typeof value === 'string' && /^\/(?!\/)[^?#\\\s]*$/.test(value);
