// The oracle has to find what the other tests say is not there.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recovery, sentCode, wrongCode } from './ledger.js';
import { APP, ENROLL, GET_IN, walk } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ size: 4 });
});
beforeEach(() => world.reset());

const edit = (table: string, from: string, to: string) =>
  world.database.sql(`update ${table} set data = regexp_replace(data, $1, $2)`, [from, to]);

describe('the oracle finds', () => {
  test('nothing after a faultless run', async () => {
    await walk(world, world.people.take(), [...ENROLL, ...GET_IN, ...APP, 'list', 'remove']);
    expect(await world.examine()).toEqual([]);
  });

  test('a counted guess that is gone', async () => {
    const { person, proof, token } = await challenged();
    await world.client.prove(person, token, proof);
    expect(person.wrong.factor).toBe(1);
    expect(await world.examine()).toEqual([]);
    await edit('mfa_account', '"log":\\[\\d+\\]', '"log":[]');
    expect(await world.examine()).toEqual([
      `${person.id}: 1 counted guesses of factor are gone`,
      `${person.id}: 0 of 1 guesses of factor count`,
    ]);
  });

  test('a message that is not counted', async () => {
    const { person } = await challenged();
    await edit('mfa_account', '"sends":\\[[^\\]]*\\]', '"sends":[]');
    expect(await world.examine()).toEqual([`${person.id}: 0 of 2 messages count`]);
  });

  test('an authenticator that vanished, and one that came from nowhere', async () => {
    const person = world.people.take();
    await walk(world, person, ENROLL);
    await edit('mfa_authenticator', '"kind":"phone"', '"kind":"otp"');
    expect(await world.examine()).toEqual([
      `${person.id} has [otp recovery-code], not [phone recovery-code]`,
    ]);
  });

  test('a token for a proof that the harness calls wrong, and a second one for the same', async () => {
    const { person, token, oobCode } = await challenged();
    const proof = { ...sentCode(world.sink, person, oobCode), right: undefined };
    await world.client.prove(person, token, proof);
    expect(await world.examine()).toEqual([`${person.id}: a token for a wrong proof`]);
    for (const right of ['one', 'one']) {
      const way = await walk(world, person, ['login']);
      await world.client.prove(person, way.token, { ...recovery(person), right });
    }
    expect(await world.examine()).toEqual([`${person.id}: a second token for one`]);
  });

  async function challenged() {
    const person = world.people.take();
    const { token, oobCode } = await walk(world, person, [...ENROLL, 'login again', 'challenge']);
    return { person, token, oobCode, proof: wrongCode(world.sink, person, oobCode) };
  }
});
