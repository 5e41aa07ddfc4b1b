// The built package works from CommonJS too: require() of an ES module, on by default since Node 20.19.
const assert = require('node:assert/strict');

const mfa = require('express-mfa');

for (const name of ['createMfa', 'mfaRouter', 'oauthRouter']) {
  assert.equal(typeof mfa[name], 'function', `require('express-mfa').${name}`);
}
