import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { ANN, passportApp } from './passport-app.js';

describe('a login that is through by its password', () => {
  const arrive = async (returnTo: string) => {
    const { app } = await passportApp({
      policy: () => 'none',
      mfaLogin: { returnTo: ['/authorize', '/account/*'] },
      through: (request, response) => void response.json(request.authInfo),
    });
    return (
      await supertest(app)
        .post('/login')
        .send({ ...ANN, returnTo })
        .expect(200)
    ).body;
  };

  test('tells the handler where the visitor was going', async () => {
    expect(await arrive('/authorize?client_id=app')).toEqual({
      returnTo: '/authorize?client_id=app',
    });
  });

  test('R-113: and names no place that is not on the list', async () => {
    for (const elsewhere of ['https://evil.example/', '//evil.example', '/other', '']) {
      expect(await arrive(elsewhere)).toEqual({});
    }
  });
});
