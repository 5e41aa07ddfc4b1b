import { expect, test } from 'vitest';
import { exampleClients, readSeed } from '../../example-app/seed.js';

test('a client of the seed file may be called back where it says', async () => {
  const seed = await readSeed(`${import.meta.dirname}/../../example-app/seed.json`);
  const clients = exampleClients(seed.clients);
  expect(await clients.findById('spa')).toMatchObject({
    redirectUris: ['http://localhost:3000/callback'],
    webOrigins: ['http://localhost:3000'],
    logoutUris: [],
    applicationType: 'web',
  });
});
