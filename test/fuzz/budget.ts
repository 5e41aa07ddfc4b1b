/** What the command line asked for: `npm run fuzz -- --cases N --seed S --path P`. */
export const cases = Number(process.env['FUZZ_CASES'] ?? 1_000_000);
export const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
export const path = process.env['FUZZ_PATH'] || undefined;

/** How to see it again. */
export const replay = (name: string, failed: { seed: number; counterexamplePath: string | null }) =>
  `${name}: replay with\n  npm run fuzz -- --only ${name} --seed ${failed.seed} --path ${failed.counterexamplePath}`;
