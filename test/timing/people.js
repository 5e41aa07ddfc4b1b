// What the server and its driver agree on.
export const ISSUER = 'https://auth.example.com/';
export const PASSWORD = 'correct horse battery staple';
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

const FIRST_NUMBER = 2_000_000;
/** Undefined for who is no user. */
export const numberOf = (user) => /^user(\d+)$/.exec(user)?.[1];
/** A valid number of the United States for each user. */
export const phoneOf = (user) => `+1415${FIRST_NUMBER + Number(numberOf(user))}`;
