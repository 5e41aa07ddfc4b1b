import type { ParseArgsConfig } from 'node:util';

/** What was given on the command line, by the name of the option. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** One thing that `express-mfa` does. */
export interface Command {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** @returns the exit code */
  run(values: Values): Promise<number>;
}

export const string = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;

/** Something to be read on one line: what is wrong, and what to do about it. */
export class CliError extends Error {
  override name = 'CliError';
  /** 1 = it did not work, 2 = it was asked for in the wrong way. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @throws CliError when it is missing */
export function required(values: Values, name: string, hint: string): string {
  const value = values[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new CliError(`--${name} is missing: ${hint}`, 2);
}

export const optional = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

/** Results; everything else goes to `tell`. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** What is worth knowing but is no result. */
export const tell = (text: string): void => {
  process.stderr.write(`express-mfa: ${text}\n`);
};
