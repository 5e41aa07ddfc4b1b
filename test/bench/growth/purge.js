/** As the routers ask for. */
const BATCH = 5000;

/** Removes all that has expired, batch after batch. @returns how many rows each batch removed, in what time (ms) */
export async function purgeAll({ store }) {
  const batches = [];
  for (;;) {
    const began = performance.now();
    const rows = await store.purge(Date.now(), BATCH);
    if (rows === 0) return batches;
    batches.push({ rows, ms: performance.now() - began });
  }
}
