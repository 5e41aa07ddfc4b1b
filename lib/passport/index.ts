export { type AccessTokenOptions, AccessTokenStrategy } from './access-token-strategy.js';
export { type HostUser, type MfaLoginOptions, mfaLogin } from './mfa-login.js';
export { type MfaInfo, MfaStrategy, mfaStrategies } from './mfa-strategy.js';
