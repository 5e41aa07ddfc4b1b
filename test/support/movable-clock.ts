import { vi } from 'vitest';

const wall = Date.now.bind(Date);
const monotonic = performance.now.bind(performance);

/** The example app reads the clock of the machine, as it does in production: here that one goes ahead. */
export function movableClock() {
  let ahead = 0;
  const spies = [
    vi.spyOn(Date, 'now').mockImplementation(() => wall() + ahead),
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + ahead),
  ];
  return {
    skip: (seconds: number) => {
      ahead += seconds * 1000;
    },
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
