// A host in CommonJS: require() gives the same names as import, for every path of the package.
const assert = require('node:assert/strict');

const { exports: paths } = require('express-mfa/package.json');

async function main() {
  for (const path of Object.keys(paths)) {
    if (path === './package.json') continue;
    const name = `express-mfa${path.slice(1)}`;
    const required = require(name);
    assert.ok(Object.keys(required).length > 0, name);
    assert.equal(required, await import(name), name);
  }
  assert.throws(() => require('express-mfa/dist/index.js'), {
    code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
  });
  console.log('works');
}

void main();
