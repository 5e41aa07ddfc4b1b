// What every answer of the wire has in common (wire.md 1.5 to 1.7).
import type { Response } from 'supertest';
import { expect } from 'vitest';

/** An answer with its whole body, and the headers that every JSON answer carries. */
export function expectAnswer(response: Response, status: number, body: unknown): void {
  expect({ status: response.status, body: response.body }).toEqual({ status, body });
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['pragma']).toBe('no-cache');
  expect(response.headers).not.toHaveProperty('www-authenticate');
}

/** An error with its whole body: nothing beside the code and the text. */
export function expectError(
  response: Response,
  status: number,
  error: string,
  description: unknown,
): void {
  expectAnswer(response, status, { error, error_description: description });
}

/** Any error in OAuth shape; for input where the shape matters more than the text. */
export function expectRefusal(response: Response, status: number, error = 'invalid_request'): void {
  expectError(response, status, error, expect.stringMatching(/^[\x20-\x7e]{3,}$/));
}

/** A success without a body. */
export function expectEmpty(response: Response): void {
  expect({ status: response.status, text: response.text }).toEqual({ status: 204, text: '' });
  expect(response.headers).not.toHaveProperty('content-type');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['pragma']).toBe('no-cache');
}

export const authenticatorId = (prefix: string) =>
  expect.stringMatching(new RegExp(`^${prefix}\\|dev_[A-Za-z0-9]{16}$`));
export const RECOVERY_CODE = expect.stringMatching(/^[A-Z0-9]{24}$/);
export const OOB_CODE = expect.stringMatching(/^oob_[\w-]+$/);
export const MFA_TOKEN = expect.stringMatching(/^mfa_[\w-]+$/);
export const JWT = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);
export const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
