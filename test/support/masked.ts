/** A phone number as lists show it: eight signs hidden, the last four digits left (wire.md 2.4). */
export const masked = (lastFour: string): string => `${'X'.repeat(8)}${lastFour}`;
